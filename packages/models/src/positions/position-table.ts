import { arrayToBytes, elementCount, lazyFromChunks, type LazyTensor, readFloat32, type Shape } from "@samoyed/core";
import type { TensorType } from "../parameter.ts";
import { resampleBicubic } from "./resample.ts";

const TABLE = "pos_embed";
const PATCHES = "patch_embed.proj.weight";

/** A vision transformer's table of positions: tokens such as the class's, then a square of patches, row by row. */
export interface PositionTable {
  readonly tokens: number;
  /** Patches along a side. */
  readonly side: number;
  /** Pixels along a side of a patch. */
  readonly patch: readonly [height: number, width: number];
  readonly width: number;
}

/** The table of positions in a state dict under timm's names; `undefined` where it has none of this kind. */
export function positionTable(tensors: ReadonlyMap<string, TensorType>): PositionTable | undefined {
  const [one, places, width, ...more] = tensors.get(TABLE)?.shape ?? [];
  const [, , height, breadth] = tensors.get(PATCHES)?.shape ?? [];
  if (one !== 1 || places === undefined || width === undefined || more.length > 0) return undefined;
  if (height === undefined || breadth === undefined) return undefined;
  const side = Math.floor(Math.sqrt(places));
  return { tokens: places - side * side, side, patch: [height, breadth], width };
}

/** The shape of a table for images of another size; `undefined` where they are not whole patches. */
export function tableShape(
  { tokens, patch, width }: PositionTable,
  size: readonly [height: number, width: number],
): Shape | undefined {
  const sides = size.map((pixels, axis) => pixels / patch[axis]!);
  return sides.every((side) => Number.isInteger(side) && side > 0)
    ? [1, tokens + sides[0]! * sides[1]!, width]
    : undefined;
}

/** The state dict with the table for images of another size; only its shape is another. */
export function withTableShape<T extends TensorType>(
  tensors: ReadonlyMap<string, T>,
  shape: Shape,
): ReadonlyMap<string, TensorType> {
  const { dtype } = tensors.get(TABLE)!;
  return new Map<string, TensorType>([...tensors, [TABLE, { dtype, shape }]]);
}

/**
 * Resamples the table of positions for images of another size as timm does when it loads a checkpoint (1.0.29,
 * `layers/pos_embed.py`, `resample_abs_pos_embed`): bicubic, antialiased; tokens stay. Nothing is read before the tensor
 * is. `undefined` where there is no such table, or it is for that size already.
 */
export function resamplePositions(
  tensors: ReadonlyMap<string, LazyTensor>,
  size: readonly [height: number, width: number],
): ReadonlyMap<string, LazyTensor> | undefined {
  const table = positionTable(tensors);
  const shape = table && tableShape(table, size);
  if (table === undefined || shape === undefined) return undefined;
  const { tokens, side, patch, width } = table;
  const [height, breadth] = [size[0] / patch[0], size[1] / patch[1]];
  if (height === side && breadth === side) return undefined;
  const own = tensors.get(TABLE)!;
  const resampled = lazyFromChunks({ name: TABLE, dtype: "float32", shape }, async function* (options) {
    const values = await readFloat32(own, options);
    const data = new Float32Array(elementCount(shape));
    data.set(values.subarray(0, tokens * width));
    const grid = { rows: side, columns: side, channels: width, data: values.subarray(tokens * width) };
    data.set(resampleBicubic(grid, [height, breadth]), tokens * width);
    yield arrayToBytes(data);
  });
  return new Map([...tensors, [TABLE, resampled]]);
}
