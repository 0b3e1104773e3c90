import { formatShape, UnsupportedError } from "@samoyed/core";
import type { Dim } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { broadcastTo, mergedSize } from "./repeat.ts";

/** Most axes that all engines select over: WebGL's and WebGPU's are the least. */
const MAX_AXES = 4;

/** The sizes of the three values. */
type Sizes = readonly [readonly Dim[], readonly Dim[], readonly Dim[]];

interface SelectOptions {
  readonly shape: readonly Dim[];
  readonly hint: string;
  readonly emitter: Emitter;
  /** The sizes of the three values; they have the result's, or one element each, when absent. */
  readonly shapes?: Sizes;
}

/**
 * Elements of one value where a condition holds, of another elsewhere; all broadcast to `shape`. Where the result has
 * more axes than all engines take, neighbors that every value has, or lacks, alike become one.
 */
export function select(condition: string, [chosen, other]: readonly [string, string], options: SelectOptions): string {
  const { shape, hint, emitter, shapes } = options;
  const refs = [condition, chosen, other];
  if (shape.length <= MAX_AXES) return emitter.emit("SelectV2", refs, { hint });
  const merged = shapes === undefined ? undefined : mergeAxes(shapes, shape);
  const operands = refs.map((ref, index) =>
    merged === undefined
      ? emitter.reshape(wide(ref, index, options), ["elements"], { hint })
      : emitter.reshape(ref, merged[index]!, { hint }),
  );
  return emitter.reshape(emitter.emit("SelectV2", operands, { hint }), shape, { hint });
}

/** A value with the result's sizes. */
function wide(ref: string, index: number, { shape, shapes, hint, emitter }: SelectOptions): string {
  const whole = shapes === undefined ? ref : broadcastTo(ref, { from: shapes[index]!, to: shape, hint, emitter });
  if (whole !== undefined) return whole;
  throw new UnsupportedError(`"${hint}" chooses among values of ${formatShape(shape)}, whose sizes are not known`, {
    hint: "Fix the input's sizes.",
  });
}

/** Neighboring axes that the same values have, and others repeat. */
interface Run {
  readonly key: string;
  readonly has: readonly boolean[];
  readonly sizes: Dim[];
}

/** The values' sizes with as few axes as broadcast to the result; `undefined` where these are still too many. */
function mergeAxes(shapes: Sizes, shape: readonly Dim[]): readonly (readonly Dim[])[] | undefined {
  const padded = shapes.map((from) => [...new Array<Dim>(shape.length - from.length).fill(1), ...from]);
  const runs: Run[] = [];
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const sizes = padded.map((from) => from[axis]!);
    // Only the engine sees whether an open size of another name is 1.
    if (sizes.some((own) => own !== 1 && own !== size)) return undefined;
    const has = sizes.map((own) => own === size);
    const key = has.join();
    const last = runs.at(-1);
    if (last?.key === key) last.sizes.push(size);
    else runs.push({ key, has, sizes: [size] });
  }
  if (runs.length > MAX_AXES) return undefined;
  return shapes.map((_, index) => runs.map(({ has, sizes }) => (has[index] ? mergedSize(sizes) : 1)));
}
