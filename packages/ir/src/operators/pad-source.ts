import { quote, type Shape } from "@samoyed/core";
import { readString } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Node, TypedTensor } from "../types.ts";
import type { AxisPadding } from "./pad.ts";

/** Maps a position of the padded axis, counted from the input's first element, to the input's position, or to -1 for the constant. */
export type PadSource = (position: number, size: number) => number;

/** Source of a padded position, per mode; negative for the constant. */
const PAD_MODES: ReadonlyMap<string, PadSource> = new Map<string, PadSource>([
  ["constant", (position, size) => (position < 0 || position >= size ? -1 : position)],
  ["edge", (position, size) => Math.max(0, Math.min(size - 1, position))],
  // Mirrored without repeating the edge: period 2 (size − 1), as in numpy.pad if the padding exceeds the size.
  [
    "reflect",
    (position, size) => {
      if (size === 1) return 0;
      const period = 2 * (size - 1);
      const phase = ((position % period) + period) % period;
      return phase < size ? phase : period - phase;
    },
  ],
  ["wrap", (position, size) => ((position % size) + size) % size],
]);

/**
 * Computes, for each axis of a Pad's output, the position on that axis of the input that each element comes from; -1 for
 * the constant.
 *
 * @throws FormatError for a mode that ONNX does not have.
 * @throws ShapeError when a mode other than `constant` has an empty input to take elements from.
 */
export function padSources(
  node: Node<TypedTensor>,
  { begin }: Pick<AxisPadding, "begin">,
  { from, to }: { readonly from: Shape; readonly to: Shape },
): number[][] {
  const source = readPadMode(node);
  if (from.includes(0) && readString(node, "mode", "constant") !== "constant") {
    throw nodeShapeError(node, `mode ${quote(readString(node, "mode", ""))} has nothing to take elements from`);
  }
  return to.map((size, axis) => Array.from({ length: size }, (_, index) => source(index - begin[axis]!, from[axis]!)));
}

/**
 * Reads a Pad's mode and returns its source of elements.
 *
 * @throws FormatError for a mode that ONNX does not have.
 */
export function readPadMode(node: Node<TypedTensor>): PadSource {
  const mode = readString(node, "mode", "constant");
  const source = PAD_MODES.get(mode);
  if (source === undefined) {
    throw nodeFormatError(node, `attribute "mode" is ${quote(mode)}; expected ${[...PAD_MODES.keys()].join(", ")}`);
  }
  return source;
}
