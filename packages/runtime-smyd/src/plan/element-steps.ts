import type { Shape } from "@samoyed/core";
import { binarySteps, broadcastView } from "./copy-steps.ts";
import { elementPlace } from "./element-place.ts";
import { type Lowering, NO_ACTIVATION } from "./lowering.ts";
import type { LowerCall } from "./operator.ts";
import { type Place, viewOf } from "./places.ts";
import type { Activation, BinaryOperator, Step, UnaryOperator } from "./steps.ts";

/** What is computed of every element: a value, or a function of one to three others, broadcast together. */
export type Elements = Place | Expression;

type Expression =
  | { readonly operator: UnaryOperator; readonly of: readonly [Elements] }
  | { readonly operator: BinaryOperator; readonly of: readonly [Elements, Elements] }
  /** The condition, and what there is where it holds and where it does not. */
  | { readonly operator: "select"; readonly of: readonly [Elements, Elements, Elements] };

/** Gives a value what is computed of every element. */
export function giveElements(call: LowerCall, value: Elements): void {
  const { fused, shape, lowering } = call;
  const isValue = !("operator" in value);
  if (isValue && fused.activation.kind === "none") return lowering.define(fused.output, value);
  const operands = isValue ? [value] : value.of.map((operand) => lowerElements(lowering, operand));
  const output = elementPlace(lowering, { name: fused.output, shape, inputs: operands });
  if (isValue) lowering.copy(value, output, fused.activation);
  else push(lowering, value, { operands, output, activation: fused.activation });
  lowering.define(fused.output, output);
}

/** The place of what is computed of every element, with no name. */
export function lowerElements(lowering: Lowering, value: Elements): Place {
  if (!("operator" in value)) return value;
  const operands = value.of.map((operand) => lowerElements(lowering, operand));
  const shape = broadcast(operands.map((operand) => operand.shape));
  const output = elementPlace(lowering, { shape, inputs: operands });
  push(lowering, value, { operands, output, activation: NO_ACTIVATION });
  return output;
}

interface Operands {
  readonly operands: readonly Place[];
  readonly output: Place;
  readonly activation: Activation;
}

function push(lowering: Lowering, { operator }: Expression, { operands, output, activation }: Operands): void {
  const { shape } = output;
  const [first, second, third] = operands as [Place, Place, Place];
  const view = (place: Place): ReturnType<typeof viewOf> => broadcastView(place, shape);
  const emit = (): Step[] => {
    if (operator === "select") {
      const [condition, left, right] = [first, second, third].map(view) as [ReturnType<typeof view>, never, never];
      return [{ kind: "select", condition, left, right, output: viewOf(output), shape }];
    }
    if (operands.length === 1) {
      return [
        { kind: "unary", operator: operator as UnaryOperator, input: view(first), output: viewOf(output), shape },
      ];
    }
    return binarySteps(operator as BinaryOperator, { left: first, right: second, output }, activation);
  };
  lowering.push({ reads: operands, writes: output, emit });
}

/** The shape that shapes broadcast to; that they do is known. */
function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => Math.max(...shapes.map((shape) => shape.at(axis - rank) ?? 1)));
}
