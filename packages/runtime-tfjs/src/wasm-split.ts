import type { DataType, KernelBackend, Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import type { GraphNode } from "@samoyed/tfjs-file";

/** Operator that replaces Split in graphs on the wasm engine. */
const SPLIT = "SamoyedSplit";

/** The used parts of the wasm backend (tfjs-backend-wasm 4.22.0, `backend_wasm.ts`). */
interface WasmBackend extends KernelBackend {
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  /** A view of the tensor's elements, until memory grows. */
  typedArrayFromHeap(info: TensorInfo): Float32Array;
}

const registered = new WeakSet<object>();

/**
 * Makes graphs split the channels of images in one pass. The engine's own Split copies its whole input out of
 * WebAssembly memory for each part (`kernels/Slice.ts`), which is a seventh of the time of a ResNeXt.
 *
 * @returns the nodes, with a replacement for each Split.
 */
export function withDirectSplits({ core, converter }: Tf, nodes: readonly GraphNode[]): readonly GraphNode[] {
  if (!registered.has(converter.registerOp)) {
    registered.add(converter.registerOp);
    converter.registerOp(SPLIT, ({ inputs, attrs }) => {
      const [axis, x] = inputs as [Tensor, Tensor];
      return splitOnWasm(core, x, { parts: Number(attrs["num_split"]), axis: axis.dataSync()[0]! });
    });
  }
  return nodes.map((node) => (node.op === "Split" ? { ...node, op: SPLIT } : node));
}

/** Splits a tensor into equal parts on the wasm engine, which must be current: channels in one pass, other axes by the engine. */
export function splitOnWasm(
  core: Tf["core"],
  x: Tensor,
  { parts, axis }: { readonly parts: number; readonly axis: number },
): Tensor[] {
  const isLast = axis === -1 || axis === x.rank - 1;
  if (x.dtype !== "float32" || !isLast || x.shape.at(-1)! % parts !== 0) return core.split(x, parts, axis);
  const backend = core.backend() as WasmBackend;
  const channels = x.shape[x.rank - 1]!;
  const width = channels / parts;
  const shape = [...x.shape.slice(0, -1), width];
  // All memory first: a view is invalid after memory grows.
  const infos = Array.from({ length: parts }, () => backend.makeOutput(shape, "float32"));
  const source = backend.typedArrayFromHeap(x);
  for (const [part, info] of infos.entries()) {
    const target = backend.typedArrayFromHeap(info);
    let from = part * width;
    for (let to = 0; to < target.length; to += width) {
      for (let channel = 0; channel < width; channel++) target[to + channel] = source[from + channel]!;
      from += channels;
    }
  }
  return infos.map((info) => core.engine().makeTensorFromTensorInfo(info));
}
