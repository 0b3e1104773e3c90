import { UnsupportedError } from "@samoyed/core";

/** Limit on elements that a node may add on one side of an axis: more than the largest images that networks take. */
const MAX_PADDING = 2 ** 13;

/** Limit on the elements, or times, that the constant of one node asks for: 1 GiB of float32. */
const MAX_CONSTANT_SIZE = 2 ** 28;

/** What a constant says of a node's output: amounts to be added on sides, or sizes or times of all axes. */
export type ConstantSizeKind = "padding" | "sizes";

/**
 * Checks a constant that says how large a node's output is, before an engine allocates it: one flipped bit in a padding
 * takes gigabytes.
 *
 * @param values - The constant's elements; what is negative asks for nothing.
 * @param options.what - The node and its constant, for the message: `model.onnx: the node "pad" (Pad)`.
 * @throws UnsupportedError with the limit's name.
 */
export function requireConstantSize(
  values: readonly number[],
  { kind, what, constant }: { readonly kind: ConstantSizeKind; readonly what: string; readonly constant: string },
): void {
  const [asked, limit, cap] =
    kind === "padding"
      ? [Math.max(0, ...values), MAX_PADDING, "MAX_PADDING"]
      : [values.reduce((product, value) => product * Math.max(1, value), 1), MAX_CONSTANT_SIZE, "MAX_CONSTANT_SIZE"];
  if (asked <= limit) return;
  throw new UnsupportedError(
    `${what} takes ${asked} from its constant ${JSON.stringify(constant)}; ${cap} allows ${limit}, so that a damaged constant cannot take all memory`,
    { hint: "The model is damaged: convert or download it again.", details: { constant, asked, limit } },
  );
}
