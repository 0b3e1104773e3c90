import { elementCount } from "@samoyed/core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Rows and multiplications of a matrix from which its own call is faster than its share of the engine's loop. */
const MIN_ROWS = 8;
const MIN_MULTIPLICATIONS = 2 ** 13;

/**
 * Multiplies the matrices of two batches on the wasm engine, which must be current, one matrix at a time. The engine
 * computes one product with XNNPACK, but several with a loop without SIMD (`cc/batch_mat_mul_impl.cc`), which is over
 * twenty times slower for the heads of a transformer.
 */
export function productsOnWasm(
  core: Tf["core"],
  [a, b]: readonly [Tensor, Tensor],
  [transposeA, transposeB]: readonly [boolean, boolean],
): Tensor {
  const lead = a.shape.slice(0, -2);
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const separate =
    !transposeA &&
    !transposeB &&
    a.dtype === "float32" &&
    b.dtype === "float32" &&
    b.shape.join() === [...lead, inner, columns].join() &&
    rows >= MIN_ROWS &&
    rows * inner * columns >= MIN_MULTIPLICATIONS;
  if (!separate) return core.matMul(a, b, transposeA, transposeB);
  const backend = core.backend() as WasmBackend;
  const { kernelFunc } = core.getKernel("BatchMatMul", "wasm");
  const attrs = { transposeA, transposeB };
  const result = backend.makeOutput([...lead, rows, columns], "float32");
  const left = backend.makeOutput([1, rows, inner], "float32");
  for (let index = 0; index < elementCount(lead); index++) {
    // XNNPACK keeps a packed copy of each right side that it has seen, until that one's memory is freed.
    const right = backend.makeOutput([1, inner, columns], "float32");
    for (const [whole, part] of [
      [a, left],
      [b, right],
    ] as const) {
      const target = backend.typedArrayFromHeap(part);
      const from = index * target.length;
      target.set(backend.typedArrayFromHeap(whole).subarray(from, from + target.length));
    }
    const product = kernelFunc({ inputs: { a: left, b: right }, backend, attrs }) as typeof result;
    backend.typedArrayFromHeap(result).set(backend.typedArrayFromHeap(product), index * rows * columns);
    backend.disposeData(product.dataId);
    backend.disposeData(right.dataId);
  }
  backend.disposeData(left.dataId);
  return core.engine().makeTensorFromTensorInfo(result);
}
