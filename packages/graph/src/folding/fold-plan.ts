import { bytesPerElement, elementCount } from "@samoyed/core";
import { isKnown, type Node } from "@samoyed/ir";
import { INTERPRETED_OPERATORS, MAX_INTERPRETED_ELEMENTS } from "../interpret.ts";
import type { TensorType } from "../interpreter/interpreter.ts";
import type { GraphView } from "../rewrites/graph-view.ts";
import { RELABELING } from "./computed-weight.ts";
import {
  FREE_GROWTH_BYTES,
  MAX_ALL_FOLDED_STEPS,
  MAX_ALL_KEPT_BYTES,
  MAX_FOLDED_BYTES,
  MAX_FOLDED_STEPS,
  MAX_GROWTH,
  MAX_GROWTH_SHARE,
  MAX_HELD_BYTES,
  MAX_KEPT_BYTES,
  MAX_KEPT_STEPS,
} from "./fold-limits.ts";
import { foldSteps } from "./fold-steps.ts";
import { productOf } from "./recipe.ts";

/** A constant value, and what computing it takes. */
interface Constant {
  readonly type: TensorType;
  /** Whether its elements are in memory when the nodes that use it are folded. */
  readonly kept: boolean;
  readonly steps: number;
  /** Bytes of it and of all values below it; a shared one counts each time, so no less is ever in memory. */
  readonly held: number;
  /** Bytes of the weights that it is made of. */
  readonly source: number;
}

/** A node that can be folded. */
interface Candidate extends Omit<Constant, "type"> {
  readonly bytes: number;
}

const INTERPRETED: ReadonlySet<string> = new Set(INTERPRETED_OPERATORS);

/** Operators whose operands from index 1 on are weights, which every target takes as constants. */
const WEIGHTED: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "Conv",
  "ConvTranspose",
  "Gemm",
  "InstanceNormalization",
  "LayerNormalization",
  "MatMul",
]);

function takesAsWeight(node: Node, value: string): boolean {
  return WEIGHTED.has(node.op) && (node.op === "MatMul" ? node.inputs : node.inputs.slice(1)).includes(value);
}

function bytesOf({ dtype, shape }: TensorType): number {
  return elementCount(shape) * bytesPerElement(dtype);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** The outputs of a node that are used. */
export function usedOutputs(node: Node, view: GraphView): readonly string[] {
  return node.outputs.filter((name) => name !== "" && (view.isOutput(name) || view.consumers(name).length > 0));
}

/** The integers that a node makes, where inference knows them and doubles hold them exactly. */
export function knownIntegers(node: Node, view: GraphView): readonly number[] | undefined {
  const integers = view.integers(node.outputs[0]!);
  // An int64 beyond 2^53, such as a slice's "to the end", is computed from the operands, which hold it exactly.
  return integers?.every((value) => Number.isSafeInteger(value)) === true ? integers : undefined;
}

function widensHalf(node: Node, view: GraphView): boolean {
  const source = view.type(node.inputs[0] ?? "")?.dtype;
  return node.op === "Cast" && (source === "float16" || source === "bfloat16");
}

/** Decides for all nodes of a graph together which are folded: what is stored depends on the nodes that use it. */
export class FoldPlan {
  readonly #view: GraphView;
  readonly #constants: Map<string, Constant> = new Map();
  readonly #candidates: Map<Node, Candidate> = new Map();
  readonly #declined: Map<Node, string> = new Map();
  #allKept = 0;

  constructor(view: GraphView) {
    this.#view = view;
    for (const node of view.nodes()) this.#consider(node);
    const growth = this.#settle();
    const allowed = Math.max(FREE_GROWTH_BYTES, MAX_GROWTH_SHARE * this.#weightBytes());
    if (growth <= allowed) return;
    this.#settle(`constants like it would add ${growth} bytes to the file, more than ${Math.floor(allowed)}`);
  }

  /** Whether all that a node computes with is constant, or its result known. */
  isConstant(node: Node): boolean {
    return this.#candidates.has(node) || this.#declined.has(node);
  }

  /** The reason why a constant node is left. */
  declined(node: Node): string | undefined {
    return this.#declined.get(node);
  }

  /** Whether a node is computed at once, and its result kept in memory. */
  isKept(node: Node): boolean {
    return this.#candidates.get(node)!.kept;
  }

  /** The steps in which a node and all below it are computed. */
  steps(node: Node): number {
    return this.#candidates.get(node)!.steps;
  }

  #constant(name: string): Constant | undefined {
    const weight = this.#view.initializer(name);
    if (weight === undefined) return this.#constants.get(name);
    const bytes = bytesOf(weight);
    const steps = productOf(weight)?.steps ?? 0;
    return { type: weight, kept: weight.tensor !== undefined, steps, held: bytes, source: bytes };
  }

  #consider(node: Node): void {
    const known = knownIntegers(node, this.#view) !== undefined;
    const names = known ? [] : [...new Set(node.inputs.filter((name) => name !== ""))];
    const operands = names.map((name) => this.#constant(name)).filter((operand) => operand !== undefined);
    if (operands.length < names.length) return;
    const used = usedOutputs(node, this.#view);
    const types: TensorType[] = [];
    for (const name of used) {
      const type = this.#view.type(name);
      if (type !== undefined && isKnown(type.shape)) types.push({ dtype: type.dtype, shape: type.shape });
    }
    const own = known
      ? 0
      : foldSteps(node, { inputs: operands.map(({ type }) => type.shape), outputs: types.map(({ shape }) => shape) });
    const bytes = sum(types, bytesOf);
    const kept =
      known ||
      (operands.every((operand) => operand.kept) &&
        bytes <= MAX_KEPT_BYTES &&
        own <= MAX_KEPT_STEPS &&
        this.#allKept + bytes <= MAX_ALL_KEPT_BYTES &&
        Object.values(node.attributes).every(({ type, value }) => type !== "tensor" || value.tensor !== undefined));
    const candidate: Candidate = {
      bytes,
      kept,
      steps: kept ? 0 : own + sum(operands, ({ steps }) => steps),
      held: bytes + (kept ? 0 : sum(operands, ({ held }) => held)),
      source: known ? bytes : sum(operands, ({ source }) => source),
    };
    const reason =
      this.#refusal(node, { used, types }) ??
      (kept || RELABELING.has(node.op) ? undefined : sizeRefusal(candidate, operands, types));
    if (reason !== undefined) {
      this.#declined.set(node, reason);
      return;
    }
    if (kept) this.#allKept += bytes;
    this.#candidates.set(node, candidate);
    for (const [index, name] of used.entries()) this.#constants.set(name, { ...candidate, type: types[index]! });
  }

  #refusal(
    node: Node,
    { used, types }: { readonly used: readonly string[]; readonly types: readonly TensorType[] },
  ): string | undefined {
    const output = used.find((name) => this.#view.isOutput(name));
    if (output !== undefined) return `its output "${output}" is a graph output`;
    if (widensHalf(node, this.#view)) return "it widens weights that are stored in half precision";
    if (node.op === "DequantizeLinear") return "it widens weights that are stored in 8 bits";
    if (types.length < used.length) return `the shape of "${used[types.length]}" is not known`;
    return INTERPRETED.has(node.op) ? undefined : `${node.op} is not computed here`;
  }

  /**
   * Decides, last node first, what is left after all: a result that is stored, because a node that is not folded uses
   * it, counts toward the bounds of the file.
   *
   * @param refuseGrowth the reason for leaving results that make the file larger; kept ones are small enough.
   * @returns the bytes of such results.
   */
  #settle(refuseGrowth?: string): number {
    let [steps, growth] = [0, 0];
    for (const [node, candidate] of [...this.#candidates].toReversed()) {
      if (candidate.kept) continue;
      const used = usedOutputs(node, this.#view);
      const users = used.flatMap((name) =>
        this.#view
          .consumers(name)
          .filter((user) => !this.#candidates.has(user))
          .map((user) => takesAsWeight(user, name)),
      );
      if (users.length === 0) continue;
      const grows = candidate.bytes > MAX_GROWTH * candidate.source && !users.includes(true);
      const reason =
        steps + candidate.steps > MAX_ALL_FOLDED_STEPS
          ? `the graph's constants take more than ${MAX_ALL_FOLDED_STEPS} steps to compute`
          : grows
            ? refuseGrowth
            : undefined;
      if (reason === undefined) {
        steps += candidate.steps;
        if (grows) growth += candidate.bytes;
      } else {
        this.#candidates.delete(node);
        this.#declined.set(node, reason);
      }
    }
    return growth;
  }

  /** Bytes of the weights that the graph's nodes use. */
  #weightBytes(): number {
    const names = new Set(this.#view.nodes().flatMap((node) => node.inputs));
    return sum([...names], (name) => {
      const weight = this.#view.initializer(name);
      return weight === undefined ? 0 : bytesOf(weight);
    });
  }
}

/** The reason why a result is too large or too slow to compute. */
function sizeRefusal(
  { bytes, steps, held }: Candidate,
  operands: readonly Constant[],
  types: readonly TensorType[],
): string | undefined {
  if (bytes > MAX_FOLDED_BYTES) return `its output takes ${bytes} bytes, more than ${MAX_FOLDED_BYTES}`;
  const read = sum(operands, ({ type }) => bytesOf(type));
  if (read > MAX_FOLDED_BYTES) return `its operands take ${read} bytes, more than ${MAX_FOLDED_BYTES}`;
  const all = [...types, ...operands.map(({ type }) => type)];
  const most = Math.max(0, ...all.map(({ shape }) => elementCount(shape)));
  if (most > MAX_INTERPRETED_ELEMENTS)
    return `it has a value of ${most} elements, more than ${MAX_INTERPRETED_ELEMENTS}`;
  if (held > MAX_HELD_BYTES) return `the values that it is made of take ${held} bytes, more than ${MAX_HELD_BYTES}`;
  return steps > MAX_FOLDED_STEPS ? `it takes ${steps} steps to compute, more than ${MAX_FOLDED_STEPS}` : undefined;
}
