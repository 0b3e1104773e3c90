import type { Dim } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { type TfAttribute, typeAttr } from "../tf-graph.ts";

/**
 * Most elements that one node sums where they can be split: TensorFlow.js's WebAssembly engine adds them one after
 * another in float32, and on values of one sign the error grows with their number.
 */
const MAX_SUMMED = 128;

/** A node that the caller adds. */
interface LastStep {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attr: Readonly<Record<string, TfAttribute>>;
}

/** A mean or a sum over some axes. */
export interface MeanOptions {
  /** The sizes of the tensor's axes. */
  readonly shape: readonly Dim[];
  /** Which axes are averaged, counted from the front, in any order. */
  readonly axes: readonly number[];
  /** Whether they stay, with size 1. */
  readonly keep: boolean;
  readonly hint: string;
  /** `Mean` when absent. */
  readonly op?: "Mean" | "Sum";
}

/**
 * A mean or sum in several steps, so that no step sums many elements; all nodes are added but the last. Axes at the end whose
 * sizes are known are cut into blocks of equal size, others are averaged one by one.
 */
export function meanSteps(ref: string, options: MeanOptions, emitter: Emitter): LastStep {
  const { shape, keep, hint, op = "Mean" } = options;
  const axes = options.axes.toSorted((a, b) => a - b);
  const blocks = axes[0] === shape.length - axes.length ? blockSizes(axes.map((axis) => shape[axis]!)) : [];
  const result = shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  const open = result.filter((size) => typeof size === "string").length;
  if (blocks.length > 1 && result.length > 0 && open <= 1) {
    let means = ref;
    for (const size of blocks) {
      const rows = emitter.reshape(means, ["rows", size], { hint });
      means = emitter.emit(op, [rows, emitter.ints([1])], { hint, attr: meanAttr(false) });
    }
    return { op: "Reshape", inputs: [means, emitter.shapeOf(result, means)], attr: {} };
  }
  let means = ref;
  const steps = axisSteps(shape, axes);
  for (const step of steps.slice(0, -1)) {
    means = emitter.emit(op, [means, emitter.ints(step)], { hint, attr: meanAttr(keep) });
  }
  return { op, inputs: [means, emitter.ints(steps.at(-1) ?? [])], attr: meanAttr(keep) };
}

function meanAttr(keep: boolean): Readonly<Record<string, TfAttribute>> {
  return { T: typeAttr("float32"), keep_dims: { b: keep } };
}

/** Axes in groups of few elements, from the last on, so that those before it keep their places. */
function axisSteps(shape: readonly Dim[], axes: readonly number[]): readonly (readonly number[])[] {
  const steps: number[][] = [];
  let count = Number.POSITIVE_INFINITY;
  for (const axis of axes.toReversed()) {
    const size = shape[axis]!;
    count *= typeof size === "number" ? size : Number.POSITIVE_INFINITY;
    const last = steps.at(-1);
    if (last !== undefined && (count <= MAX_SUMMED || size === 1)) {
      last.unshift(axis);
      continue;
    }
    steps.push([axis]);
    count = typeof size === "number" ? size : Number.POSITIVE_INFINITY;
  }
  return steps;
}

/** Factors of the number of elements, each as large as one sum may be, as far as it has such factors. */
function blockSizes(sizes: readonly Dim[]): readonly number[] {
  let rest = 1;
  for (const size of sizes) {
    if (typeof size !== "number") return [];
    rest *= size;
  }
  const blocks: number[] = [];
  while (rest > MAX_SUMMED) {
    const size = largestFactor(rest);
    if (size === 1) break;
    blocks.push(size);
    rest /= size;
  }
  return [...blocks, rest];
}

function largestFactor(count: number): number {
  let factor = MAX_SUMMED;
  while (count % factor !== 0) factor--;
  return factor;
}
