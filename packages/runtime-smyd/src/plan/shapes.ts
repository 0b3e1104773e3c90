import { FormatError, formatShape, quote, SamoyedError, type Shape } from "@samoyed/core";
import {
  CANONICAL_OPSET,
  describeNode,
  inferredDims,
  isKnown,
  nodeFormatError,
  NUMERIC_SIZES,
  type OperatorRule,
} from "@samoyed/ir";
import { atNode } from "./at-node.ts";
import { constantIntegers, integerTensor, smallConstant } from "./constants.ts";
import { isPortType, PORT_TYPES } from "./integers.ts";
import type { PlanNode } from "./model.ts";
import { MixedImagesError } from "./mixed-images.ts";
import { unsupported } from "./unsupported.ts";
import { countElements } from "./limits.ts";
import type { Operator, Operators, ShapeCall } from "./operator.ts";
import type { InputSizes, PlannedType, Shapes } from "./sizes.ts";
import type { ResolvedModel } from "./resolve.ts";

/**
 * A number of images that is no size in a network: a size that grows with it is one of the batch. Two sizes that are
 * equal for one image by chance are not for so many.
 */
const MANY_IMAGES = 7919;

/** The operator of a node; @throws UnsupportedError when it is not planned. */
export function operatorOf(node: PlanNode, operators: Operators): Operator {
  const operator = operators.get(node.op);
  if (operator === undefined) throw unsupported(node, "is of an operator that no kernel computes");
  return operator;
}

function checkNode(node: PlanNode, { rule, without = [], severalOutputs }: Operator): void {
  const [least, most] = rule.inputs;
  const missing = node.inputs.slice(0, least).includes("") || node.inputs.length < least;
  if (missing || node.inputs.length > most) {
    throw nodeFormatError(
      node,
      `has ${node.inputs.length} inputs; expected ${least === most ? least : `${least} to ${most}`}`,
    );
  }
  const further = node.outputs.slice(1).find((name) => name !== "");
  if (further !== undefined && severalOutputs === undefined) {
    throw unsupported(node, `has the further output ${quote(further)}`);
  }
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
export function computeShapes(
  model: ResolvedModel,
  { inputs, batched: given, operators }: InputSizes & { readonly operators: Operators },
): Shapes {
  const batched = new Set(given);
  const varying = new Set<string>();
  const one = new Walk(model, inputs);
  const many = new Walk(
    model,
    new Map(Array.from(inputs, ([name, shape]) => [name, given.has(name) ? [MANY_IMAGES, ...shape.slice(1)] : shape])),
  );
  for (const node of model.graph.nodes) {
    const operator = operatorOf(node, operators);
    checkNode(node, operator);
    const call = one.call(node, batched);
    const [first] = call.inputs;
    if (first !== undefined && first.dtype !== "float32" && !operator.anyType) {
      throw unsupported(node, `computes with ${first.dtype}; only float32 is planned`);
    }
    operator.require?.(call);
    atNode(node, () => one.visit(call, operator.rule, checkedSize));
    const types = [...call.inputs, ...node.outputs.map((name) => one.types.get(name))];
    const other = types.find((type) => type !== undefined && !isPortType(type.dtype));
    if (other !== undefined) throw unsupported(node, `computes with ${other.dtype}; ${PORT_TYPES} are planned`);
    if (!node.inputs.some((name) => batched.has(name) || varying.has(name))) {
      many.copy(node, one);
      continue;
    }
    if (call.batched.includes(true) && operator.keepsImages?.(call) === false)
      throw new MixedImagesError(describeNode(node));
    try {
      many.visit(many.call(node, batched), operator.rule, () => {});
    } catch (error) {
      if (!(error instanceof SamoyedError)) throw error;
      throw new MixedImagesError(describeNode(node));
    }
    for (const name of node.outputs) {
      const known = one.known.get(name);
      if (known !== undefined) {
        if (many.known.get(name)?.join() !== known.join()) varying.add(name);
      } else if (name !== "" && scales(one.types.get(name)!.shape, many.types.get(name)!.shape)) batched.add(name);
      else if (name !== "") throw new MixedImagesError(describeNode(node));
    }
  }
  return { types: one.types, known: one.known, varying, batched };
}

/** Whether one axis, the first, grows with the number of images. */
function scales(one: Shape, many: Shape): boolean {
  return one.length > 0 && many[0] === one[0]! * MANY_IMAGES && one.slice(1).join() === many.slice(1).join();
}

type CheckSize = (node: PlanNode, shape: Shape) => void;

function checkedSize(node: PlanNode, shape: Shape): void {
  if (countElements(shape, `the output of ${describeNode(node)}`) === 0) {
    throw unsupported(node, `makes an empty value ${formatShape(shape)}`);
  }
}

/** The types of values for one size of the inputs, node by node. */
class Walk {
  readonly types: Map<string, PlannedType>;
  readonly known: Map<string, readonly number[]> = new Map();
  readonly #model: ResolvedModel;

  constructor(model: ResolvedModel, inputs: InputSizes["inputs"]) {
    this.#model = model;
    const dtypes = new Map(model.graph.inputs.map(({ name, dtype }) => [name, dtype]));
    this.types = new Map(model.graph.initializers);
    for (const [name, shape] of inputs) this.types.set(name, { dtype: dtypes.get(name) ?? "float32", shape });
  }

  call(node: PlanNode, batched: ReadonlySet<string>): ShapeCall {
    const at = (index: number): string => node.inputs[index] ?? "";
    const model = this.#model;
    const dims = (index: number): readonly number[] | undefined =>
      this.known.get(at(index)) ?? constantIntegers(model, at(index));
    return {
      node,
      model,
      opset: CANONICAL_OPSET,
      inputs: node.inputs.map((name) => (name === "" ? undefined : this.#type(name))),
      batched: node.inputs.map((name) => batched.has(name)),
      constant: (index) => smallConstant(model, at(index)) ?? integerTensor(dims(index)),
      dims,
      sizes: NUMERIC_SIZES,
    };
  }

  visit(call: ShapeCall, rule: OperatorRule, check: CheckSize): void {
    const { node } = call;
    const types = rule.infer(call);
    for (const [index, name] of node.outputs.entries()) {
      if (name === "") continue;
      const type = types[index];
      if (type === undefined || !isKnown(type.shape)) throw unsupported(node, "has an output whose size it computes");
      check(node, type.shape);
      this.types.set(name, { dtype: type.dtype, shape: type.shape });
    }
    const dims = inferredDims(rule, call, types[0]);
    if (dims !== undefined && isKnown(dims)) this.known.set(node.outputs[0]!, dims);
  }

  /** Takes over what another walk found of a node. */
  copy({ outputs }: PlanNode, other: Walk): void {
    for (const name of outputs) {
      const type = other.types.get(name);
      const known = other.known.get(name);
      if (type !== undefined) this.types.set(name, type);
      if (known !== undefined) this.known.set(name, known);
    }
  }

  #type(name: string): PlannedType {
    const type = this.types.get(name);
    if (type === undefined) throw new FormatError(`the value ${quote(name)} is used before it is made`);
    return type;
  }
}
