import { elementCount } from "@samoyed/core";
import type { GraphNode } from "@samoyed/tfjs-file";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/** Operators that replace others in graphs on the wasm engine. */
const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ["Split", "SamoyedSplit"],
  ["SplitV", "SamoyedSplitV"],
]);

/** Elements from which on a copy by the JavaScript engine is faster than a loop. */
const MIN_COPY = 32;

const registered = new WeakSet<object>();

/**
 * Makes graphs split tensors in one pass. The engine's own Split copies its whole input out of WebAssembly memory for
 * each part (`kernels/Slice.ts`), which is a seventh of the time of a ResNeXt; above four axes it also finds each
 * element's place on its own, which is a minute for the queries, keys and values of a large image.
 *
 * @returns the nodes, with a replacement for each Split and SplitV.
 */
export function withDirectSplits({ core, converter }: Tf, nodes: readonly GraphNode[]): readonly GraphNode[] {
  if (!registered.has(converter.registerOp)) {
    registered.add(converter.registerOp);
    converter.registerOp("SamoyedSplit", ({ inputs, attrs }) => {
      const [place, x] = inputs as [Tensor, Tensor];
      const axis = axisOf(place, x);
      const parts = Number(attrs["num_split"]);
      return splitOnWasm(core, x, { sizes: new Array<number>(parts).fill(x.shape[axis]! / parts), axis });
    });
    converter.registerOp("SamoyedSplitV", ({ inputs }) => {
      const [x, parts, place] = inputs as [Tensor, Tensor, Tensor];
      return splitOnWasm(core, x, { sizes: Array.from(parts.dataSync()), axis: axisOf(place, x) });
    });
  }
  return nodes.map((node) => {
    const op = REPLACEMENTS.get(node.op);
    return op === undefined ? node : { ...node, op };
  });
}

function axisOf(place: Tensor, { rank }: Tensor): number {
  const axis = place.dataSync()[0]!;
  return axis < 0 ? axis + rank : axis;
}

/** Splits a tensor on the wasm engine, which must be current: floats in one pass, other values by the engine. */
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
