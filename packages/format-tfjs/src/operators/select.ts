import { formatShape, UnsupportedError } from "@samoyed/core";
import type { Dim } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { broadcastTo } from "./repeat.ts";

/** Most axes that all engines select over: WebGL's and WebGPU's are the least. */
const MAX_AXES = 4;

/**
 * Elements of one value where a condition holds, of another elsewhere; all broadcast to `shape`. Results of more axes
 * than all engines take are computed flat.
 */
export function select(
  condition: string,
  [chosen, other]: readonly [string, string],
  options: {
    readonly shape: readonly Dim[];
    readonly hint: string;
    readonly emitter: Emitter;
    /** The sizes of the three values; they have the result's, or one element each, when absent. */
    readonly shapes?: readonly [readonly Dim[], readonly Dim[], readonly Dim[]];
  },
): string {
  const { shape, hint, emitter, shapes } = options;
  if (shape.length <= MAX_AXES) return emitter.emit("SelectV2", [condition, chosen, other], { hint });
  const flat = [condition, chosen, other].map((ref, index) => {
    const wide = shapes === undefined ? ref : broadcastTo(ref, { from: shapes[index]!, to: shape, hint, emitter });
    if (wide === undefined) {
      throw new UnsupportedError(`"${hint}" chooses among values of ${formatShape(shape)}, whose sizes are not known`, {
        hint: "Fix the input's sizes.",
      });
    }
    return emitter.reshape(wide, ["elements"], { hint });
  });
  return emitter.reshape(emitter.emit("SelectV2", flat, { hint }), shape, { hint });
}
