import { FormatError, formatShape, ShapeError, UnsupportedError } from "@samoyed/core";
import {
  type Attribute,
  checkNames,
  checkShape,
  compatibleShapes,
  describeNode,
  type Graph,
  MAX_OPSET,
  MIN_OPSET,
  type Node,
  ruleOf,
  type ValueInfo,
} from "@samoyed/ir";
import { inferTypes } from "./infer.ts";

/** Most nodes and values: a thousand times a large network, and small enough to walk in a second. */
export const MAX_NODES: number = 1 << 20;

function checkAttribute(node: Node, name: string, attribute: Attribute): void {
  const { value } = attribute;
  const holds = (type: "number" | "string"): boolean =>
    Array.isArray(value) ? value.every((item) => typeof item === type) : typeof value === type;
  const whole = (): boolean => [value].flat().every((item) => Number.isSafeInteger(item));
  if (attribute.type === "tensor") {
    checkShape(`${describeNode(node)}: attribute "${name}"`, attribute.value.shape);
    return;
  }
  const kind = attribute.type.startsWith("string") ? "string" : "number";
  if (!holds(kind) || (attribute.type.startsWith("int") && !whole())) {
    throw new FormatError(
      `${describeNode(node)}: attribute "${name}" of type ${attribute.type} holds a value that is not`,
    );
  }
}

function checkNode(node: Node, opset: number): void {
  const rule = ruleOf(node);
  const since = rule.since ?? MIN_OPSET;
  if (opset < since) {
    throw new UnsupportedError(
      `${describeNode(node)}: the graph has opset ${opset}; the operator exists since ${since}`,
    );
  }
  const counts = [
    ["inputs", node.inputs.length, rule.inputs],
    ["outputs", node.outputs.length, rule.outputs ?? [1, 1]],
  ] as const;
  for (const [what, count, [least, most]] of counts) {
    if (count < least || count > most) {
      throw new FormatError(
        `${describeNode(node)} has ${count} ${what}; expected ${least === most ? least : `${least} to ${most}`}`,
      );
    }
  }
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const types = rule.attributes ?? {};
    const expected = Object.hasOwn(types, name) ? types[name] : undefined;
    if (expected === undefined) {
      const known = Object.keys(types);
      throw new UnsupportedError(
        `${describeNode(node)} has attribute "${name}"; expected ${known.length === 0 ? "none" : known.join(", ")}`,
      );
    }
    if (expected !== attribute.type) {
      throw new FormatError(
        `${describeNode(node)}: attribute "${name}" has type ${attribute.type}; expected ${expected}`,
      );
    }
    checkAttribute(node, name, attribute);
  }
}

/** Requires that everything is used: every node has a used output, every initializer a reader. */
function checkUse(graph: Graph, used: ReadonlySet<string>): void {
  for (const name of graph.initializers.keys()) {
    if (!used.has(name)) throw new FormatError(`initializer "${name}" is used by nothing`);
  }
  for (const node of graph.nodes) {
    if (!node.outputs.some((name) => used.has(name))) {
      throw new FormatError(`${describeNode(node)}: its output "${node.outputs[0]}" is used by nothing`);
    }
  }
}

function checkTypes(graph: Graph): void {
  const types = inferTypes(graph);
  const declared: readonly ValueInfo[] = [...graph.values.values(), ...graph.outputs];
  for (const info of declared) {
    checkShape(`value "${info.name}"`, info.shape);
    const type = types.get(info.name);
    if (type === undefined) continue;
    if (type.dtype !== info.dtype || !compatibleShapes(type.shape, info.shape)) {
      throw new ShapeError(
        `value "${info.name}" is declared ${info.dtype}${formatShape(info.shape)}; its node gives ${type.dtype}${formatShape(type.shape)}`,
        { details: { value: info.name } },
      );
    }
  }
}

/**
 * Requires a graph to be whole: known operators at a known opset, attributes of the right types, unique node names,
 * single assignment, topological order, no name that dangles or is unused, and types and shapes that agree.
 *
 * Graph inputs may go unused, for a caller fixes them.
 *
 * @throws FormatError for structure, UnsupportedError for an unknown operator, attribute or opset, ShapeError for types
 * and shapes; the message names the node and the value.
 */
export function verifyGraph(graph: Graph): void {
  if (!Number.isInteger(graph.opset) || graph.opset < MIN_OPSET || graph.opset > MAX_OPSET) {
    throw new UnsupportedError(`graph "${graph.name}" has opset ${graph.opset}; expected ${MIN_OPSET} to ${MAX_OPSET}`);
  }
  if (graph.nodes.length > MAX_NODES) {
    throw new UnsupportedError(`graph "${graph.name}" has ${graph.nodes.length} nodes; expected at most ${MAX_NODES}`);
  }
  for (const [name, info] of graph.values) {
    if (info.name !== name) throw new FormatError(`value "${name}" is described under the name "${info.name}"`);
  }
  for (const [name, tensor] of graph.initializers) {
    if (tensor.name !== name) {
      throw new FormatError(`initializer "${name}" holds a tensor named "${tensor.name}"; expected the same name`);
    }
  }
  const used = checkNames({ ...graph, initializers: graph.initializers.keys() });
  for (const node of graph.nodes) checkNode(node, graph.opset);
  checkUse(graph, used);
  checkTypes(graph);
}
