import { elementCount } from "@samoyed/core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import type { WasmBackend } from "./wasm-backend.ts";

/**
 * Repeats a tensor along each of its axes on the wasm engine, which must be current: floats block by block, other values
 * by the engine, whose own Tile is JavaScript that finds each element's place on its own (`kernels/Tile.ts`): seconds for
 * the positions of a large image.
 */
export function tileOnWasm(core: Tf["core"], x: Tensor, times: readonly number[]): Tensor {
  if (x.dtype !== "float32" || x.rank === 0 || times.length !== x.rank) return core.tile(x, [...times]);
  const backend = core.backend() as WasmBackend;
  const shape = x.shape.map((size, axis) => size * times[axis]!);
  const info = backend.makeOutput(shape, "float32");
  const target = backend.typedArrayFromHeap(info);
  if (target.length > 0) fill(target, backend.typedArrayFromHeap(x), { shape: x.shape, times });
  return core.engine().makeTensorFromTensorInfo(info);
}

/** Writes an array's elements, repeated along the last axes first: each axis repeats the blocks that are written before. */
function fill(
  target: Float32Array,
  source: Float32Array,
  { shape, times }: { readonly shape: readonly number[]; readonly times: readonly number[] },
): void {
  /** Writes the part of the source that begins at an element, along an axis and those after it; returns the next place. */
  const write = (axis: number, from: number, to: number): number => {
    const inner = elementCount(shape.slice(axis + 1));
    const plain = times.slice(axis + 1).every((count) => count === 1);
    let end = to;
    if (plain) {
      const length = shape[axis]! * inner;
      target.set(source.subarray(from, from + length), to);
      end += length;
    } else {
      for (let index = 0; index < shape[axis]!; index++) end = write(axis + 1, from + index * inner, end);
    }
    const length = end - to;
    for (let time = 1; time < times[axis]!; time++) target.copyWithin(to + time * length, to, end);
    return to + length * times[axis]!;
  };
  write(0, 0, 0);
}
