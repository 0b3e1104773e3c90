import { type LazyTensor, MismatchError, UnsupportedError } from "@samoyed/core";
import { positionSize, resamplePositions, resampleRelativePositions, sizesOfTable } from "@samoyed/models";

/** A state dict under timm's names. */
interface Named {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
}

/** A state dict, and what was resampled in it. */
export type Attempt<T extends Named> = T & { readonly resampled?: string };

const text = (size: readonly number[]): string => size.join("×");

/** A state dict with tables for images of another size; `undefined` where it has none that can be. */
async function resampled(
  tensors: Named["tensors"],
  size: readonly [height: number, width: number],
): Promise<{ readonly tensors: Named["tensors"]; readonly resampled: string } | undefined> {
  const positions = resamplePositions(tensors, size);
  const said = (from: readonly number[]): string => `resampled from ${text(from)} for ${text(size)}`;
  if (positions !== undefined) return { tensors: positions, resampled: said(positionSize(tensors)!) };
  const relative = await resampleRelativePositions(tensors, size);
  return relative && { tensors: relative.tensors, resampled: said([relative.from, relative.from]) };
}

/** State dicts to try in turn: with the tables of positions for the size that the caller gives, then as they are. */
export async function withResampledTables<T extends Named>(
  named: readonly T[],
  size: readonly [height: number, width: number] | undefined,
): Promise<readonly Attempt<T>[]> {
  if (size === undefined) return named;
  const attempts: Attempt<T>[] = [];
  for (const entry of named) {
    const other = await resampled(entry.tensors, size);
    if (other !== undefined) attempts.push({ ...entry, ...other });
  }
  return [...attempts, ...named];
}

/** The error for tensors that fit no network: with the sizes of images for which a table of positions would. */
export async function tableRefusal(error: unknown, { tensors }: Named): Promise<unknown> {
  if (!(error instanceof MismatchError || error instanceof UnsupportedError)) return error;
  const own = positionSize(tensors);
  const sizes = own === undefined ? [] : await sizesOfTable(tensors);
  if (own === undefined || sizes.length === 0) return error;
  return new MismatchError(
    `pos_embed has positions for images of ${text(own)}; the network of these tensors takes ${sizes.map((side) => text([side, side])).join(" or ")}`,
    {
      cause: error,
      details: error.details,
      hint: `Give --size ${sizes[0]}: the positions are then resampled, as timm does it. Or export the network with torch.export, and convert the .pt2 file.`,
    },
  );
}
