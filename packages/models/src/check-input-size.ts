import { formatShape, UsageError } from "@samoyed/core";
import type { InputSize } from "./family.ts";

/**
 * Checks that an architecture accepts an input size: its channels, and its sides unless they are open.
 *
 * @throws UsageError when it does not.
 */
export function checkInputSize(size: InputSize, { taken }: { readonly taken: InputSize }): void {
  const [channels, ...sides] = taken;
  if (size[0] !== channels) throw new UsageError(`input size ${formatShape(size)}; expected ${channels} channels`);
  if (sides.some((side, index) => typeof side === "number" && size[index + 1] !== side)) {
    throw new UsageError(`input size ${formatShape(size)}; expected ${formatShape(taken)}`, {
      hint: "The network's graph is for one size: give that, or none.",
    });
  }
}
