import { reshapeLazy } from "@samoyed/core";
import { readPermutation } from "@samoyed/ir";
import { constantOf, type Emitter } from "../emitter.ts";
import { type Computed, FROM_LAST, TO_LAST, type Value } from "../value.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, sizesOf } from "./operator.ts";

/** A value whose elements are in ONNX's order: also an image of one pixel with channels last. */
function inOrder(value: Value, emitter: Emitter): string {
  const pixel = value.kind === "computed" && value.layout === "last" && value.shape[2] === 1 && value.shape[3] === 1;
  return pixel ? value.ref : emitter.plain(value);
}

/** Reshape, Flatten, Squeeze and Unsqueeze: what they mean is in the shape that inference gives the output. */
const lowerReshape: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const { shape } = emitter.type(output);
  if (x.kind === "constant") {
    emitter.alias(output, constantOf(reshapeLazy(x.lazy, shape as readonly number[])));
    return;
  }
  const ref = inOrder(x, emitter);
  const sizes = sizesOf(node, shape, ref, emitter);
  emitter.give(output, "Reshape", [ref, sizes], { layout: "plain" });
};

const INVERSE: readonly number[] = FROM_LAST;

function isNone(axes: readonly number[]): boolean {
  return axes.every((axis, index) => axis === index);
}

/**
 * A transposition, from the layout that the input has into one of the output's; none where the elements stay in place.
 */
const lowerTranspose: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const perm = readPermutation(node, rank);
  if (x.kind === "constant" || rank !== 4) {
    giveTransposed(output, emitter.plain(x), { perm, layout: "plain", emitter });
    return;
  }
  // The tensor's axes in ONNX's order, and those that the output must have.
  const position = (axis: number): number => (x.layout === "last" ? INVERSE[axis]! : axis);
  const intoPlain = perm.map(position);
  const intoLast = TO_LAST.map((axis) => intoPlain[axis]!);
  const layout: Computed["layout"] =
    isNone(intoPlain) || (x.layout === "plain" && !isNone(intoLast)) ? "plain" : "last";
  const axes = layout === "plain" ? intoPlain : intoLast;
  if (isNone(axes)) emitter.give(output, "Identity", [x.ref], { layout });
  else giveTransposed(output, x.ref, { perm: axes, layout, emitter });
};

function giveTransposed(
  output: string,
  ref: string,
  {
    perm,
    layout,
    emitter,
  }: { readonly perm: readonly number[]; readonly layout: Computed["layout"]; readonly emitter: Emitter },
): void {
  const { dtype } = emitter.type(output);
  if (dtype === "float32") {
    emitter.give(output, "Transpose", [ref, emitter.ints(perm)], { layout });
    return;
  }
  const hint = `${emitter.nameOf(output)}/moved`;
  emitter.give(output, "Identity", [emitter.transpose(ref, perm, { dtype, hint })], { layout });
}

/** Reshaping and moving axes. */
export const RESHAPE: LowerTable = {
  Flatten: lowerReshape,
  Reshape: lowerReshape,
  Squeeze: lowerReshape,
  Transpose: lowerTranspose,
  Unsqueeze: lowerReshape,
};
