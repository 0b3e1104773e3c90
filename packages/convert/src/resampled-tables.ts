import { type LazyTensor, MismatchError, UnsupportedError } from "@samoyed/core";
import { positionSize, resamplePositions, sizesOfTable } from "@samoyed/models";

/** A state dict under timm's names. */
interface Named {
  readonly tensors: ReadonlyMap<string, LazyTensor>;
}

/** A state dict, and what was resampled in it. */
export type Attempt<T extends Named> = T & { readonly resampled?: string };

const text = (size: readonly number[]): string => size.join("×");

/** State dicts to try in turn: with the table of positions for the size that the caller gives, then as they are. */
export function withResampledTables<T extends Named>(
  named: readonly T[],
  size: readonly [height: number, width: number] | undefined,
): readonly Attempt<T>[] {
  const resampled = named.flatMap((entry): Attempt<T>[] => {
    const tensors = size && resamplePositions(entry.tensors, size);
    if (tensors === undefined) return [];
    return [
      { ...entry, tensors, resampled: `resampled from ${text(positionSize(entry.tensors)!)} for ${text(size!)}` },
    ];
  });
  return [...resampled, ...named];
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
