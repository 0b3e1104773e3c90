import { FormatError, formatShape, quote, type Shape } from "@samoyed/core";
import { CANONICAL_OPSET, describeNode, isKnown, nodeFormatError, type OperatorRule } from "@samoyed/ir";
import { atNode } from "./at-node.ts";
import { readIntsInput } from "./constants.ts";
import type { PlanNode } from "./model.ts";
import { unsupported } from "./unsupported.ts";
import { countElements } from "./limits.ts";
import type { Operator, PlannedType, ShapeCall } from "./operator.ts";
import { OPERATORS } from "./operators/index.ts";
import type { ResolvedModel } from "./resolve.ts";

/** The shapes of a graph's values for one size of its inputs. */
export interface Shapes {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Values that are a batch of images, of which one is planned: axis 0 has size 1 and represents any number. */
  readonly batched: ReadonlySet<string>;
}

/** The sizes of a run. */
export interface InputSizes {
  /** Every input's shape, of which axis 0 is 1 where it is batched. */
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly batched: ReadonlySet<string>;
}

/** The operator of a node; @throws UnsupportedError when it is not planned. */
export function operatorOf(node: PlanNode): Operator {
  const operator = OPERATORS.get(node.op);
  if (operator === undefined) throw unsupported(node, "is of an operator that no kernel computes");
  return operator;
}

function checkNode(node: PlanNode, { rule, without = [] }: Operator): void {
  const [least, most] = rule.inputs;
  const missing = node.inputs.slice(0, least).includes("") || node.inputs.length < least;
  if (missing || node.inputs.length > most) {
    throw nodeFormatError(
      node,
      `has ${node.inputs.length} inputs; expected ${least === most ? least : `${least} to ${most}`}`,
    );
  }
  const further = node.outputs.slice(1).find((name) => name !== "");
  if (further !== undefined) throw unsupported(node, `has the further output ${quote(further)}`);
  if (!node.outputs[0]) throw nodeFormatError(node, "has no output");
  const known = rule.attributes ?? {};
  const unknown = Object.keys(node.attributes).find((name) => !Object.hasOwn(known, name) || without.includes(name));
  if (unknown !== undefined) throw unsupported(node, `has the attribute ${quote(unknown)}`);
}

/**
 * Computes every value's shape from the inputs' and the constants' alone, and checks every node on the way.
 *
 * @throws UnsupportedError for an operator, an attribute or a use of one that no kernel computes, for a value that is
 *   empty or too large, and for an operator that mixes the images of a batch.
 * @throws ShapeError where shapes do not fit, FormatError where attributes mean nothing.
 */
export function computeShapes(model: ResolvedModel, { inputs, batched: given }: InputSizes): Shapes {
  const types = new Map<string, PlannedType>(model.graph.initializers);
  for (const [name, shape] of inputs) types.set(name, { dtype: "float32", shape });
  const batched = new Set(given);
  for (const node of model.graph.nodes) {
    const operator = operatorOf(node);
    checkNode(node, operator);
    const call: ShapeCall = {
      node,
      model,
      opset: CANONICAL_OPSET,
      inputs: node.inputs.map((name) => (name === "" ? undefined : typeIn(types, name))),
      batched: node.inputs.map((name) => batched.has(name)),
      constant: () => undefined,
      dims: (index) => readIntsInput(model, node, index),
    };
    operator.require?.(call);
    const type = atNode(node, () => plannedType(call, operator.rule));
    const name = node.outputs[0]!;
    types.set(name, type);
    if (!call.batched.includes(true)) continue;
    if (type.shape[0] !== 1 || operator.keepsImages?.(call) === false) {
      throw unsupported(node, "mixes the images of a batch; give the model a batch of a fixed size");
    }
    batched.add(name);
  }
  return { shapes: new Map(Array.from(types, ([name, { shape }]) => [name, shape])), batched };
}

function typeIn(types: ReadonlyMap<string, PlannedType>, name: string): PlannedType {
  const type = types.get(name);
  if (type === undefined) throw new FormatError(`the value ${quote(name)} is used before it is made`);
  return type;
}

function plannedType(call: ShapeCall, rule: OperatorRule): PlannedType {
  const { node } = call;
  const [type] = rule.infer(call);
  if (type === undefined || !isKnown(type.shape)) throw unsupported(node, "has an output whose size it computes");
  const { dtype, shape } = type;
  if (countElements(shape, `the output of ${describeNode(node)}`) === 0) {
    throw unsupported(node, `makes an empty value ${formatShape(shape)}`);
  }
  return { dtype, shape };
}
