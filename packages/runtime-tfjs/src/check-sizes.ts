import { type ConstantSizeKind, requireConstantSize } from "@samoyed/runtime";
import { type GraphNode, producerOf } from "@samoyed/tfjs-file";

/** The largest constants that are sizes: two for each of an engine's axes. */
export const MAX_SIZE_ELEMENTS = 16;

/** The operators whose output is as large as a constant says: the input that it is, and what it says. */
const SIZED: Readonly<Record<string, { readonly input: number; readonly kind: ConstantSizeKind }>> = {
  Pad: { input: 1, kind: "padding" },
  PadV2: { input: 1, kind: "padding" },
  MirrorPad: { input: 1, kind: "padding" },
  Tile: { input: 1, kind: "sizes" },
  BroadcastTo: { input: 1, kind: "sizes" },
  Fill: { input: 0, kind: "sizes" },
  OneHot: { input: 1, kind: "sizes" },
  ResizeBilinear: { input: 1, kind: "sizes" },
  ResizeNearestNeighbor: { input: 1, kind: "sizes" },
};

/**
 * Checks constants that are sizes, before an engine allocates what they ask for.
 *
 * @param constants - The elements of small int32 weights, by their names.
 * @throws UnsupportedError as `requireConstantSize`.
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
    const what = `${label}: the node ${JSON.stringify(name)} (${op})`;
    requireConstantSize(values, { kind: sized.kind, what, constant: constant! });
  }
}
