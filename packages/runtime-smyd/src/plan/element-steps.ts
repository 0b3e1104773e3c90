import type { DType, Shape } from "@samoyed/core";
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

/** Operators of one element. */
const UNARY: ReadonlySet<string> = new Set<UnaryOperator>([
  ...(["neg", "abs", "sqrt", "floor", "ceil", "round", "sign", "to-float", "to-int", "int-abs", "exp", "log"] as const),
  ...(["sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh"] as const),
]);

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
    if (UNARY.has(operator)) {
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

/** A float32 constant. */
export function floatPlace({ lowering }: Pick<LowerCall, "lowering">, value: number): Place {
  return lowering.constant(`float ${value}`, [], () => new Int32Array(Float32Array.of(value).buffer));
}

/** A constant of 32 bits. */
export function integerPlace({ lowering }: Pick<LowerCall, "lowering">, value: number): Place {
  return lowering.constant(`integer ${value}`, [], () => Int32Array.of(value));
}

/** An integer of 32 bits as one of a type of fewer, which wraps around. */
export function wrapped(call: Pick<LowerCall, "lowering">, dtype: DType, value: Elements): Elements {
  const bits = { int8: 8, uint8: 8, int16: 16 }[dtype as string];
  if (bits === undefined) return value;
  const low: Elements = { operator: "and", of: [value, integerPlace(call, 2 ** bits - 1)] };
  if (dtype === "uint8") return low;
  // The highest bit counts as negative: (x xor 128) - 128 with 8 bits.
  const sign = integerPlace(call, 2 ** (bits - 1));
  return { operator: "int-sub", of: [{ operator: "xor", of: [low, sign] }, sign] };
}
