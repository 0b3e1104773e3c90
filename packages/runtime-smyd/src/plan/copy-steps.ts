import type { Shape } from "@samoyed/core";
import type { Activation, BinaryOperator, CopyStep, Step, StridedView } from "./steps.ts";
import { imageOf, type Place, viewOf } from "./places.ts";

/** A step for each image of a value. */
export function eachImage(shape: Shape, step: (image: number) => Step): Step[] {
  return Array.from({ length: shape[0]! }, (_, image) => step(image));
}

/** Zeros in the border of every image of a value; nothing where it has none. */
export function clearBorder(place: Place): Step[] {
  if (place.border === 0) return [];
  return eachImage(place.shape, (image) => ({ kind: "border", value: imageOf(place, image) }));
}

/**
 * A value's view over a larger shape that it broadcasts to, as ONNX and NumPy do: stride 0 where an axis is repeated.
 */
export function broadcastView(place: Place, shape: readonly number[]): StridedView {
  const { address, strides } = viewOf(place);
  const missing = shape.length - place.shape.length;
  return {
    address,
    strides: shape.map((_, axis) =>
      axis < missing || place.shape[axis - missing] === 1 ? 0 : strides[axis - missing]!,
    ),
  };
}

/** Copies elements of any type from one view of a shape to another. */
export function stridedCopy(input: StridedView, output: StridedView, shape: Shape): CopyStep {
  return { kind: "copy", input, output, shape, activation: { kind: "none" } };
}

/** Copies a value into another place of the same shape. */
export function copySteps(input: Place, output: Place, activation: Activation): Step[] {
  return [{ ...stridedCopy(viewOf(input), viewOf(output), output.shape), activation }];
}

/** Combines two values, broadcast to the shape of the output. */
export function binarySteps(
  operator: BinaryOperator,
  { left, right, output }: { readonly left: Place; readonly right: Place; readonly output: Place },
  activation: Activation,
): Step[] {
  const { shape } = output;
  return [
    {
      kind: "binary",
      operator,
      left: broadcastView(left, shape),
      right: broadcastView(right, shape),
      output: viewOf(output),
      shape,
      activation,
    },
  ];
}
