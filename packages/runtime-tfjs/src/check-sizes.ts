import { UnsupportedError } from "@samoyed/core";
import { type GraphNode, producerOf } from "@samoyed/tfjs-file";

/** Limit on elements that a node may add on one side of an axis: more than the largest images that networks take. */
export const MAX_PADDING: number = 2 ** 13;

/** Limit on the elements, or times, that the constants of one node ask for: 1 GiB of float32. */
export const MAX_CONSTANT_SIZE: number = 2 ** 28;

/** The largest constants that are sizes: two for each of an engine's axes. */
export const MAX_SIZE_ELEMENTS = 16;

/** The operators whose output is as large as a constant says: the input that it is, and what is bounded. */
const SIZED: Readonly<Record<string, { readonly input: number; readonly bound: "each" | "product" }>> = {
  Pad: { input: 1, bound: "each" },
  PadV2: { input: 1, bound: "each" },
  MirrorPad: { input: 1, bound: "each" },
  Tile: { input: 1, bound: "product" },
  BroadcastTo: { input: 1, bound: "product" },
  Fill: { input: 0, bound: "product" },
  OneHot: { input: 1, bound: "product" },
  ResizeBilinear: { input: 1, bound: "product" },
  ResizeNearestNeighbor: { input: 1, bound: "product" },
};

/**
 * Checks constants that are sizes, before an engine allocates what they ask for: one flipped bit in a padding takes
 * gigabytes.
 *
 * @param constants - The elements of small int32 weights, by their names.
 * @throws UnsupportedError naming the node, the constant and the limit.
 */
export function checkSizes(
  nodes: readonly GraphNode[],
  { label, constants }: { readonly label: string; readonly constants: ReadonlyMap<string, readonly number[]> },
): void {
  for (const { name, op, input = [] } of nodes) {
    const sized = Object.hasOwn(SIZED, op) ? SIZED[op]! : undefined;
    const constant = sized === undefined ? undefined : producerOf(input[sized.input] ?? "");
    const values = constant === undefined ? undefined : constants.get(constant);
    if (sized === undefined || values === undefined) continue;
    const [asked, limit, cap] =
      sized.bound === "each"
        ? [Math.max(0, ...values), MAX_PADDING, "MAX_PADDING"]
        : [values.reduce((product, value) => product * Math.max(1, value), 1), MAX_CONSTANT_SIZE, "MAX_CONSTANT_SIZE"];
    if (asked <= limit) continue;
    throw new UnsupportedError(
      `${label}: the node ${JSON.stringify(name)} (${op}) takes ${asked} from its constant ${JSON.stringify(constant)}; ${cap} allows ${limit}, so that a damaged constant cannot take all memory`,
      { hint: "The model is damaged: convert or download it again.", details: { node: name, asked, limit } },
    );
  }
}
