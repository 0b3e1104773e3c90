import { openCatalogue } from "../catalogue/catalogue.ts";
import type { TensorType } from "../parameter.ts";
import { positionTable, tableShape, withTableShape } from "./position-table.ts";

/** The sides of the square images that timm's vision transformers take. */
const SIDES = [160, 192, 224, 240, 256, 288, 320, 336, 378, 384, 448, 512, 518];

type Tensors = ReadonlyMap<string, TensorType>;

/** The size of the images that a state dict's table of positions is for; `undefined` where it has none of this kind. */
export function positionSize(tensors: Tensors): readonly [height: number, width: number] | undefined {
  const table = positionTable(tensors);
  return table && [table.side * table.patch[0], table.side * table.patch[1]];
}

/** The sides of images for which the catalogue has a network of a state dict, if its table of positions is resampled. */
export async function sizesOfTable(tensors: Tensors): Promise<readonly number[]> {
  const table = positionTable(tensors);
  if (table === undefined) return [];
  const catalogue = await openCatalogue();
  const own = positionSize(tensors)![0];
  const sides: number[] = [];
  for (const side of SIDES.filter((candidate) => candidate !== own)) {
    const shape = tableShape(table, [side, side]);
    if (shape === undefined) continue;
    const found = await catalogue.candidates(withTableShape(tensors, shape));
    if (found.length > 0) sides.push(side);
  }
  return sides.sort((a, b) => Math.abs(a - own) - Math.abs(b - own));
}
