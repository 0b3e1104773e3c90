import { elementCount } from "@samoyed/core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Elements from which on a copy by the JavaScript engine is faster than a loop. */
const MIN_COPY = 32;

/**
 * Splits a tensor on the wasm engine, which must be current: floats in one pass, other values by the engine. Its own Split
 * copies its whole input out of WebAssembly memory for each part (`kernels/Slice.ts`), which is a seventh of the time of
 * a ResNeXt; above four axes it also finds each element's place on its own, which is a minute for the queries, keys and
 * values of a large image.
 */
export function splitOnWasm(
  core: Tf["core"],
  x: Tensor,
  { sizes, axis }: { readonly sizes: readonly number[]; readonly axis: number },
): Tensor[] {
  const whole = x.shape[axis]!;
  // The engine finds a size that is -1, and says what is wrong with those that do not fit.
  const fits =
    sizes.every((size) => Number.isInteger(size) && size >= 0) && sizes.reduce((sum, size) => sum + size, 0) === whole;
  if (x.dtype !== "float32" || !fits) return core.split(x, [...sizes], axis);
  const backend = core.backend() as WasmBackend;
  const inner = elementCount(x.shape.slice(axis + 1));
  // All memory first: a view is invalid after memory grows.
  const infos = sizes.map((size) =>
    backend.makeOutput(
      x.shape.map((own, at) => (at === axis ? size : own)),
      "float32",
    ),
  );
  const source = backend.typedArrayFromHeap(x);
  let first = 0;
  for (const [part, info] of infos.entries()) {
    const width = sizes[part]! * inner;
    copyRows(source, backend.typedArrayFromHeap(info), { first, stride: whole * inner, width });
    first += width;
  }
  return infos.map((info) => core.engine().makeTensorFromTensorInfo(info));
}

/** Fills an array with rows of another: those of `width` elements from `first` on, every `stride` elements. */
function copyRows(
  source: Float32Array,
  target: Float32Array,
  { first, stride, width }: { readonly first: number; readonly stride: number; readonly width: number },
): void {
  for (let [from, to] = [first, 0]; to < target.length; from += stride, to += width) {
    if (width >= MIN_COPY) target.set(source.subarray(from, from + width), to);
    else for (let at = 0; at < width; at++) target[to + at] = source[from + at]!;
  }
}
