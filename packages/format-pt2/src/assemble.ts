import { formatShape, FormatError } from "@samoyed/core";
import { inferShapes, verifyGraph } from "@samoyed/graph";
import type { Graph, Node } from "@samoyed/ir";
import type { BoundOutput } from "./bind-outputs.ts";
import type { Emitter } from "./lowering/emitter.ts";
import type { Scope } from "./lowering/scope.ts";
import type { Program } from "./program/program.ts";
import { sizeText } from "./program/size.ts";

const OPSET = 17;

/** The nodes that the outputs need, in order, and the names that these use. */
export function neededNodes(
  nodes: readonly Node[],
  outputs: readonly BoundOutput[],
): { nodes: readonly Node[]; used: ReadonlySet<string> } {
  const used = new Set(outputs.map(({ value }) => value));
  const needed: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    for (const name of node.inputs) used.add(name);
    needed.push(node);
  }
  return { nodes: needed.toReversed(), used };
}

/** Values that are renamed to the outputs they are; one that is an input, a weight or two outputs is copied instead. */
function renames(nodes: readonly Node[], outputs: readonly BoundOutput[]): ReadonlyMap<string, string> {
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  for (const { name, value } of outputs) if (made.has(value) && !names.has(value)) names.set(value, name);
  return names;
}

/**
 * Puts the graph together from what was emitted, without what no output needs, and checks every value's type against
 * the one that the program describes.
 *
 * @throws FormatError when one differs.
 */
export function assemble(
  program: Program,
  {
    emitter,
    scope,
    outputs,
  }: { readonly emitter: Emitter; readonly scope: Scope; readonly outputs: readonly BoundOutput[] },
): Graph {
  const { nodes, used } = neededNodes(emitter.nodes, outputs);
  const names = renames(nodes, outputs);
  const nameOf = (value: string): string => names.get(value) ?? value;
  const copies: Node[] = [];
  for (const { name, value } of outputs) {
    if (nameOf(value) === name) continue;
    copies.push({
      name: emitter.freshName(`${name}.Identity`),
      op: "Identity",
      inputs: [nameOf(value)],
      outputs: [name],
      attributes: {},
    });
  }
  const bare: Graph = {
    name: graphName(program),
    opset: OPSET,
    inputs: emitter.inputs,
    outputs: outputs.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    nodes: [
      ...nodes.map((node) => ({ ...node, inputs: node.inputs.map(nameOf), outputs: node.outputs.map(nameOf) })),
      ...copies,
    ],
    initializers: new Map([...emitter.initializers].filter(([name]) => used.has(name))),
    values: new Map(),
  };
  // The program knows the outputs' sizes where inference loses track of a symbol.
  const graph = { ...inferShapes(bare), outputs: bare.outputs };
  verifyGraph(graph);
  checkTypes(graph, { scope, nameOf, label: program.label });
  return graph;
}

/** `model.json` within an archive says nothing; the file's own name does. */
function graphName(program: Program): string {
  const file = program.label.split(": ")[0]!.split(/[/\\]/).at(-1)!;
  return file.replace(/\.pt2$/, "") || "model";
}

function checkTypes(
  graph: Graph,
  { scope, nameOf, label }: { scope: Scope; nameOf: (value: string) => string; label: string },
): void {
  const types = new Map([...graph.values, ...graph.outputs.map((output) => [output.name, output] as const)]);
  for (const cell of scope.cells.values()) {
    const type = types.get(nameOf(cell.value));
    if (type === undefined) continue;
    const { dtype, sizes } = cell.meta;
    const fits =
      type.dtype === dtype &&
      type.shape.length === sizes.length &&
      type.shape.every(
        (dim, axis) => typeof dim === "string" || typeof sizes[axis] !== "number" || dim === sizes[axis],
      );
    if (!fits) {
      throw new FormatError(
        `${label}: "${cell.name}" is described as ${dtype}${formatShape(sizes.map(sizeText))}; ` +
          `its operator gives ${type.dtype}${formatShape(type.shape)}`,
      );
    }
  }
}
