import { SCALAR_TYPES } from "@samoyed/checkpoint";
import { FormatError, type JsonValue, quote, UnsupportedError } from "@samoyed/core";
import { MAX_NODES } from "@samoyed/graph";
import { MAX_RANK } from "@samoyed/ir";
import { type ArgumentScope, readArgument } from "./argument.ts";
import { asArray, asInteger, asObject, asString, asUnion, type JsonObject } from "./fields.ts";
import { parseSize } from "./parse-size.ts";
import type { Argument, ProgramGraph, ProgramNode, TensorMeta } from "./program.ts";
import type { Size } from "./size.ts";

/** Graphs inside graphs: each block under `torch.no_grad()` is one. */
const MAX_GRAPH_DEPTH = 8;

/** A size: a number, or an expression with the value that the example input gave it. */
export function readSize(value: JsonValue | undefined, where: string): Size {
  const [kind, inner] = asUnion(value, where);
  if (kind === "as_int") return asInteger(inner, where);
  if (kind !== "as_expr")
    throw new FormatError(`${where}: a size has the kind ${quote(kind)}; expected as_int or as_expr`);
  return parseSize(asString(asObject(inner, where).get("expr_str"), `${where}: "expr_str"`), where);
}

function readSizes(value: JsonValue | undefined, where: string): readonly Size[] {
  const sizes = asArray(value, where);
  if (sizes.length > MAX_RANK) throw new FormatError(`${where} has ${sizes.length} axes; expected at most ${MAX_RANK}`);
  return sizes.map((size) => readSize(size, where));
}

function readTensorMeta(value: JsonValue, where: string): TensorMeta {
  const meta = asObject(value, where);
  const code = asInteger(meta.get("dtype"), `${where}: "dtype"`);
  const dtype = SCALAR_TYPES.get(code);
  if (dtype === undefined) throw new UnsupportedError(`${where}: dtype code ${code} is not handled`);
  const sizes = readSizes(meta.get("sizes"), `${where}: "sizes"`);
  const strides = readSizes(meta.get("strides"), `${where}: "strides"`);
  if (sizes.length !== strides.length) {
    throw new FormatError(`${where} has ${sizes.length} sizes and ${strides.length} strides; expected as many`);
  }
  if (sizes.some((size) => typeof size === "number" && !(Number.isSafeInteger(size) && size >= 0))) {
    throw new FormatError(`${where} has a negative or too large size`);
  }
  return { dtype, sizes, strides };
}

/** Operators are named with the prefix of their Python path. */
function readTarget(value: JsonValue | undefined, where: string): string {
  return asString(value, `${where}: "target"`).replace(/^torch\.ops\./, "");
}

function readNode(value: JsonValue, where: string, scope: ArgumentScope): ProgramNode {
  const node = asObject(value, where);
  const target = readTarget(node.get("target"), where);
  const outputs = asArray(node.get("outputs"), `${where}: "outputs"`).map((item) =>
    readArgument(item, `${where}: an output`, scope),
  );
  const given = node.get("name");
  const name = typeof given === "string" && given !== "" ? given : (firstName(outputs) ?? target);
  const what = `${where} "${name}" (${target})`;
  const inputs = new Map<string, Argument>();
  for (const [position, item] of asArray(node.get("inputs"), `${what}: "inputs"`).entries()) {
    const input = asObject(item, `${what}: input ${position}`);
    const label = asString(input.get("name"), `${what}: input ${position}: "name"`) || String(position);
    if (inputs.has(label)) throw new FormatError(`${what} has the argument ${quote(label)} twice`);
    inputs.set(label, readArgument(input.get("arg"), `${what}: argument ${quote(label)}`, scope));
  }
  return { name, target, inputs, outputs };
}

function firstName(outputs: readonly Argument[]): string | undefined {
  const [first] = outputs;
  if (first === undefined) return undefined;
  if ("name" in first) return first.name;
  return first.kind === "tensors" ? first.names[0] : undefined;
}

/**
 * Reads a graph. The types of tensors and sizes are read when they are asked for, so that those that nothing uses cost
 * nothing.
 *
 * @throws FormatError for a graph that breaks the schema, UnsupportedError for what is not handled.
 */
export function readProgramGraph(value: JsonValue | undefined, where: string, depth = 0): ProgramGraph {
  if (depth > MAX_GRAPH_DEPTH) throw new FormatError(`${where}: graphs are nested more than ${MAX_GRAPH_DEPTH} deep`);
  const graph = asObject(value, where);
  const values = asObject(graph.get("tensor_values"), `${where}: "tensor_values"`);
  const sizes = asObject(graph.get("sym_int_values"), `${where}: "sym_int_values"`);
  const metas = new Map<string, TensorMeta>();
  const scope: ArgumentScope = {
    size: (name, what) => readNamedSize(sizes, name, what),
    graph: (inner, what) => readProgramGraph(inner, what, depth + 1),
  };
  const nodes = asArray(graph.get("nodes"), `${where}: "nodes"`);
  if (nodes.length > MAX_NODES)
    throw new FormatError(`${where} has ${nodes.length} nodes; expected at most ${MAX_NODES}`);
  const readAll = (key: string): readonly Argument[] =>
    asArray(graph.get(key), `${where}: "${key}"`).map((item, index) =>
      readArgument(item, `${where}: ${key}[${index}]`, scope),
    );
  return {
    inputs: readAll("inputs"),
    outputs: readAll("outputs"),
    nodes: nodes.map((node, index) => readNode(node, `${where}: node ${index}`, scope)),
    tensor(name) {
      const known = metas.get(name);
      if (known !== undefined) return known;
      const described = values.get(name);
      if (described === undefined)
        throw new FormatError(`${where}: the graph does not describe the tensor ${quote(name)}`);
      const meta = readTensorMeta(described, `${where}: tensor ${quote(name)}`);
      metas.set(name, meta);
      return meta;
    },
  };
}

function readNamedSize(sizes: JsonObject, name: string, where: string): Size {
  const size = sizes.get(name);
  if (size === undefined) throw new FormatError(`${where}: the graph does not describe the size ${quote(name)}`);
  return readSize(size, `${where}: size ${quote(name)}`);
}
