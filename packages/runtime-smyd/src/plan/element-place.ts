import { sameShape, type Shape } from "@samoyed/core";
import type { Lowering } from "./lowering.ts";
import type { Place } from "./places.ts";
import { orderedStrides, viewPlace } from "./views.ts";

/** What is computed element by element. */
interface ElementValue {
  /** Absent of what only steps of the same operator read. */
  readonly name?: string;
  readonly shape: Shape;
  readonly inputs: readonly Place[];
}

/** A new place for what is computed element by element: images stay pixels, and elements stay in the order that they have. */
export function elementPlace(lowering: Lowering, { name, shape, inputs }: ElementValue): Place {
  const images = inputs.some(({ layout, shape: own }) => layout === "pixels" && own.length === shape.length);
  const isRead = name !== undefined && lowering.isConvolved(name);
  const layout = (shape.length === 3 || shape.length === 4) && (images || isRead) ? "pixels" : "plain";
  const output = name === undefined ? lowering.temporary(shape, layout) : lowering.create(name, shape, layout);
  const whole = inputs.filter((input) => sameShape(input.shape, shape));
  if (layout === "pixels" || whole.some((input) => input.layout === "plain")) return output;
  const strided = whole.find((input) => input.layout === "strided");
  const strides = strided && orderedStrides({ shape, strides: strided.strides! });
  return strides ? viewPlace(output, { shape, strides }) : output;
}
