import { sameShape, type Shape } from "@samoyed/core";
import { readFloat } from "@samoyed/ir";
import type { Activation } from "./steps.ts";
import { activationOf } from "./activations.ts";
import { NO_ACTIVATION } from "./lowering.ts";
import type { PlanModel, PlanNode } from "./model.ts";
import { isColumnBias } from "./column-bias.ts";
import type { FusedNode } from "./fused-node.ts";
import { findPattern, type Pattern } from "./patterns.ts";
import { type FuseOptions, type Uses, usesOf } from "./uses.ts";

/** Kernels that apply an activation to what they write. */
const TAKES_ACTIVATION: ReadonlySet<string> = new Set([
  "Conv",
  "ConvTranspose",
  "Gemm",
  "MatMul",
  "BatchNormalization",
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Min",
  "Max",
  "Pow",
]);

/** How the kernel of a node can add a value of another shape, if it can. */
function additionTo({ node, bias, residual }: FusedNode, other: Shape, uses: Uses): "bias" | "residual" | undefined {
  const shape = uses.shapeOf(node.outputs[0]!);
  if (residual !== undefined) return undefined;
  if (node.op === "MatMul") {
    const [left, right] = node.inputs.map((name) => uses.shapeOf(name)) as [Shape, Shape];
    if (left.length < 2 || right.length < 2) return undefined;
    if (bias === undefined && right.length === 2 && isColumnBias(other, shape.at(-1)!)) return "bias";
    return other.at(-1) === shape.at(-1) && broadcasts(other, shape) ? "residual" : undefined;
  }
  const fits = node.op === "Conv" || (node.op === "Gemm" && isOneStep(node, uses));
  return fits && sameShape(other, shape) ? "residual" : undefined;
}

/** Whether a Gemm is one step: of its forms, the usual one. */
function isOneStep(node: PlanNode, { shapeOf }: Uses): boolean {
  const c = node.inputs[2] ? shapeOf(node.inputs[2]) : undefined;
  const columns = shapeOf(node.outputs[0]!).at(-1)!;
  const isPlain = readFloat(node, "alpha", 1) === 1 && readFloat(node, "beta", 1) === 1;
  return isPlain && (c === undefined || isColumnBias(c, columns));
}

function broadcasts(shape: Shape, to: Shape): boolean {
  const first = to.length - shape.length;
  return first >= 0 && shape.every((size, axis) => size === 1 || size === to[first + axis]);
}

/**
 * The nodes with additions and activations moved into the kernels that make the values: Conv + Add + Relu is one.
 * Every sum and activation is the same float32 operation as it was apart, so that results do not change; but for a bias,
 * with which a product's sums begin, as a Gemm's do.
 */
export function fuseNodes(model: PlanModel, options: FuseOptions): readonly FusedNode[] {
  const { nodes, activations } = foldPatterns(model, options);
  const list = new FusionList(usesOf(model, nodes, options));
  for (const node of nodes) {
    const activation = activations.get(node) ?? activationOf(node, model);
    if (activation !== undefined) list.addActivation(node, activation);
    else if (node.op !== "Add" || !list.addResidual(node)) list.add(node);
  }
  return list.finish();
}

/** The nodes with each activation that several of them spell as one, of one input. */
function foldPatterns(
  model: PlanModel,
  options: FuseOptions,
): { readonly nodes: readonly PlanNode[]; readonly activations: ReadonlyMap<PlanNode, Activation> } {
  const uses = usesOf(model, model.graph.nodes, options);
  const patterns = new Map<PlanNode, Pattern>();
  for (const node of model.graph.nodes) {
    const pattern = findPattern(node, uses);
    if (pattern) patterns.set(node, pattern);
  }
  const swallowed = new Set([...patterns.values()].flatMap(({ inner }) => inner));
  const activations = new Map<PlanNode, Activation>();
  const nodes = model.graph.nodes.flatMap((node) => {
    if (swallowed.has(node)) return [];
    const pattern = patterns.get(node);
    if (pattern === undefined) return [node];
    const folded = { ...node, inputs: [pattern.input] };
    activations.set(folded, pattern.activation);
    return [folded];
  });
  return { nodes, activations };
}

/** The fused nodes so far, in the order in which they run. */
class FusionList {
  readonly #uses: Uses;
  readonly #list: (FusedNode | undefined)[] = [];
  /** Position of each value's maker; inputs and constants are made before all. */
  readonly #places: Map<string, number> = new Map();

  constructor(uses: Uses) {
    this.#uses = uses;
  }

  finish(): readonly FusedNode[] {
    return this.#list.filter((entry) => entry !== undefined);
  }

  add(node: PlanNode): void {
    this.#push({ kind: "node", node, inputs: node.inputs, output: node.outputs[0]!, activation: NO_ACTIVATION });
  }

  addActivation(node: PlanNode, activation: Activation): void {
    const input = node.inputs[0]!;
    const output = node.outputs[0]!;
    const place = this.#places.get(input) ?? -1;
    const maker = this.#list[place];
    if (
      maker?.kind === "node" &&
      maker.activation.kind === "none" &&
      TAKES_ACTIVATION.has(maker.node.op) &&
      this.#uses.isInner(input)
    ) {
      this.#replace(place, { ...maker, output, activation });
    } else {
      this.#push({ kind: "activation", node, inputs: [input], output, activation });
    }
  }

  /** Lets the kernel of one operand add the other one. */
  addResidual(node: PlanNode): boolean {
    const [a, b] = node.inputs as [string, string];
    const shape = this.#uses.shapeOf(node.outputs[0]!);
    // The later operand's kernel can read the earlier one. The other way round, the kernel has to wait.
    const inOrder = (this.#places.get(a) ?? -1) > (this.#places.get(b) ?? -1) ? [a, b] : [b, a];
    for (const name of inOrder) {
      const place = this.#places.get(name) ?? -1;
      const maker = this.#list[place];
      const other = name === a ? b : a;
      if (maker?.kind !== "node" || maker.activation.kind !== "none" || !this.#uses.isInner(name)) continue;
      if (!sameShape(this.#uses.shapeOf(name), shape)) continue;
      const how = additionTo(maker, this.#uses.shapeOf(other), this.#uses);
      if (how === undefined) continue;
      const fused = { ...maker, output: node.outputs[0]!, [how]: other };
      if (name === inOrder[0]) this.#replace(place, fused);
      else {
        this.#list[place] = undefined;
        this.#push(fused);
      }
      return true;
    }
    return false;
  }

  #push(entry: FusedNode): void {
    for (const name of [entry.output, ...entry.node.outputs.slice(1)]) this.#places.set(name, this.#list.length);
    this.#list.push(entry);
  }

  #replace(place: number, entry: FusedNode): void {
    this.#list[place] = entry;
    this.#places.set(entry.output, place);
  }
}
