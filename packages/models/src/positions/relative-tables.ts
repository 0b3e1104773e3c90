import { arrayToBytes, elementCount, lazyFromChunks, type LazyTensor, readFloat32, type Shape } from "@samoyed/core";
import { openCatalogue } from "../catalogue/catalogue.ts";
import { resampleUneven } from "./uneven-grid.ts";

const TABLE = /(?:^|\.)relative_position_bias_table$/u;

/** A table of relative positions in a square window: one value for each of its offsets and each head of attention. */
export interface RelativeTable {
  /** Offsets along a side: one less than twice the window's. */
  readonly side: number;
  /** Rows after the offsets, of other tokens. */
  readonly tokens: number;
  readonly heads: number;
  /** Whether heads come first, then rows and columns: else offsets, then heads. */
  readonly headsFirst: boolean;
}

/** The table of a shape; `undefined` where it is none of a square window. */
export function relativeTable([first, second, third, ...more]: Shape): RelativeTable | undefined {
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  if (third !== undefined) {
    return second === third ? { side: second, tokens: 0, heads: first, headsFirst: true } : undefined;
  }
  const side = Math.floor(Math.sqrt(first));
  return side % 2 === 1 ? { side, tokens: first - side * side, heads: second, headsFirst: false } : undefined;
}

/** A table for windows of another size. */
export function resampledTable(own: LazyTensor, table: RelativeTable, side: number): LazyTensor {
  const { tokens, heads, headsFirst } = table;
  const shape = headsFirst ? [heads, side, side] : [side * side + tokens, heads];
  return lazyFromChunks({ name: own.name, dtype: "float32", shape }, async function* (options) {
    const values = await readFloat32(own, options);
    const data = new Float32Array(elementCount(shape));
    const [step, skip] = headsFirst ? [1, table.side ** 2] : [heads, 1];
    const target = headsFirst ? side ** 2 : 1;
    for (let head = 0; head < heads; head++) {
      const resampled = resampleUneven(
        table.side,
        side,
        (row, column) => values[head * skip + (row * table.side + column) * step]!,
      );
      for (const [place, value] of resampled.entries()) data[head * target + place * step] = value;
    }
    data.set(values.subarray(values.length - tokens * heads), data.length - tokens * heads);
    yield arrayToBytes(data);
  });
}

/**
 * Resamples tables of relative positions for images of another size as timm does when it loads a checkpoint (1.0.29,
 * `layers/pos_embed_rel.py`, `resize_rel_pos_bias_table`), and the size that they are for: of networks of the catalogue
 * whose windows grow with the image. `undefined` where there are none, or no such windows. Nothing is read before a tensor
 * is.
 */
export async function resampleRelativePositions(
  tensors: ReadonlyMap<string, LazyTensor>,
  size: readonly [height: number, width: number],
): Promise<{ readonly tensors: ReadonlyMap<string, LazyTensor>; readonly from: number } | undefined> {
  const tables = [...tensors].filter(([name]) => TABLE.test(name));
  if (tables.length === 0 || size[0] !== size[1]) return undefined;
  const [network] = await (await openCatalogue()).candidates(tensors);
  const [, , from, width] = network?.architecture.file.graph.input ?? [];
  if (typeof from !== "number" || from !== width || from === size[0]) return undefined;
  const resampled = new Map(tensors);
  for (const [name, own] of tables) {
    const table = relativeTable(own.shape);
    const window = table && (((table.side + 1) / 2) * size[0]) / from;
    if (table === undefined || window === undefined || !Number.isInteger(window)) return undefined;
    resampled.set(name, resampledTable(own, table, 2 * window - 1));
  }
  return { tensors: resampled, from };
}
