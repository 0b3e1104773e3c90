import { FormatError, formatShape, type Shape, UnsupportedError } from "@samoyed/core";
import type { SmydNode } from "@samoyed/smyd-file";
import { countElements } from "./limits.ts";
import { atNode, malformed, misfit, unsupported } from "./node.ts";
import type { Operator, ShapeCall } from "./operator.ts";
import { OPERATORS } from "./operators/index.ts";
import type { ResolvedModel } from "./resolve.ts";

/** The shapes of a graph's values for one size of its inputs. */
export interface Shapes {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Values that are a batch of images, of which one is planned: axis 0 has size 1 and stands for any number. */
  readonly batched: ReadonlySet<string>;
}

/** The sizes of a run. */
export interface InputSizes {
  /** Every input's shape, of which axis 0 is 1 where it is batched. */
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly batched: ReadonlySet<string>;
}

/** The operator of a node; @throws UnsupportedError when it is not planned. */
export function operatorOf(node: SmydNode): Operator {
  const operator = OPERATORS.get(node.op);
  if (operator === undefined) throw unsupported(node, "is of an operator that no kernel computes");
  return operator;
}

function checkNode(node: SmydNode, operator: Operator): void {
  const [least, most] = operator.inputs;
  const missing = node.inputs.slice(0, least).includes("") || node.inputs.length < least;
  if (missing || node.inputs.length > most) {
    throw malformed(
      node,
      `has ${node.inputs.length} inputs; expected ${least === most ? least : `${least} to ${most}`}`,
    );
  }
  const further = node.outputs.slice(1).find((name) => name !== "");
  if (further !== undefined) throw unsupported(node, `has the further output ${JSON.stringify(further)}`);
  if (!node.outputs[0]) throw malformed(node, "has no output");
  const unknown = Object.keys(node.attributes).find((name) => !operator.attributes.includes(name));
  if (unknown !== undefined) throw unsupported(node, `has the attribute ${JSON.stringify(unknown)}`);
}

/**
 * Computes every value's shape from the inputs' and the constants' alone, and checks every node on the way.
 *
 * @throws UnsupportedError for an operator, an attribute or a use of one that no kernel computes, for a value that is
 *   empty or too large, and for an operator that mixes the images of a batch.
 * @throws ShapeError where shapes do not fit, FormatError where attributes mean nothing.
 */
export function computeShapes(model: ResolvedModel, { inputs, batched: given }: InputSizes): Shapes {
  const shapes = new Map(inputs);
  const batched = new Set(given);
  for (const [name, weight] of model.weights) shapes.set(name, weight.shape);
  for (const node of model.graph.nodes) {
    const operator = operatorOf(node);
    checkNode(node, operator);
    const call: ShapeCall = {
      node,
      model,
      inputs: node.inputs.map((name) => (name === "" ? undefined : shapeIn(shapes, name))),
      batched: node.inputs.map((name) => batched.has(name)),
    };
    const shape = operator.shape(call);
    const name = node.outputs[0]!;
    atNode(node, () => requireElements(node, shape));
    shapes.set(name, shape);
    if (!call.batched.includes(true)) continue;
    if (shape[0] !== 1 || operator.keepsImages?.(call) === false) {
      throw unsupported(node, "mixes the images of a batch; give the model a batch of a fixed size");
    }
    batched.add(name);
  }
  return { shapes, batched };
}

function shapeIn(shapes: ReadonlyMap<string, Shape>, name: string): Shape {
  const shape = shapes.get(name);
  if (shape === undefined) throw new FormatError(`the value ${JSON.stringify(name)} is used before it is made`);
  return shape;
}

function requireElements(node: SmydNode, shape: Shape): void {
  if (shape.some((size) => size < 0)) throw misfit(node, `its output would be ${formatShape(shape)}`);
  if (countElements(shape, `the output of node ${JSON.stringify(node.name)}`) === 0) {
    throw new UnsupportedError(
      `node ${JSON.stringify(node.name)} (${node.op}) makes an empty value ${formatShape(shape)}`,
    );
  }
}
