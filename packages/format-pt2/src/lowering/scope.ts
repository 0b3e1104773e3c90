import { type DType, FormatError, ShapeError, UnsupportedError } from "@samoyed/core";
import { LOWERINGS } from "../operators/index.ts";
import type { Argument, ProgramGraph, ProgramNode, TensorMeta } from "../program/program.ts";
import { Call, type CallScope, outputNames } from "./call.ts";
import { Cell } from "./cell.ts";
import type { Emitter } from "./emitter.ts";
import { lowerInPlace } from "./in-place.ts";
import type { Lowering, Result } from "./lowering.ts";
import type { Refusals } from "./refusals.ts";
import { schemaOf } from "./schema-of.ts";

/** Checks and notes for the compiler, which compute nothing; sizes are described beside the nodes that compute them. */
const DROPPED =
  /^(?:_operator\.|math\.|torch\.sym_|aten\.(?:_assert\w*|sym_\w+|_functional_sym_constrain_range\w*|sym_constrain_range\w*|is_nonzero)\.)/;
const RANDOM = /^aten\.(?:rand|randn|randint|randperm|bernoulli|multinomial|normal|uniform|exponential)(?:_like)?_?\./;
const READ_NUMBER: ReadonlySet<string> = new Set(["aten.item.default", "aten._local_scalar_dense.default"]);
const WRAPPERS: ReadonlySet<string> = new Set([
  "higher_order.wrap_with_set_grad_enabled",
  "higher_order.wrap_with_autocast",
]);

/** State that lowering a graph shares with lowering the graphs inside it. */
export interface LoweringState {
  readonly emitter: Emitter;
  readonly refusals: Refusals;
}

/** One graph of the program while it is lowered: what its names mean at this point. */
export class Scope implements CallScope {
  readonly emitter: Emitter;
  readonly #state: LoweringState;
  readonly #graph: ProgramGraph;
  readonly #cells: Map<string, Cell> = new Map();
  /** Outputs that have no value, with the reason. */
  readonly #missing: Map<string, string> = new Map();

  constructor(graph: ProgramGraph, state: LoweringState) {
    this.emitter = state.emitter;
    this.#state = state;
    this.#graph = graph;
  }

  /** All names with their cells. */
  get cells(): ReadonlyMap<string, Cell> {
    return this.#cells;
  }

  /**
   * The cell of a name.
   *
   * @throws FormatError when nothing defines it before this point, UnsupportedError when its value is not handled.
   */
  cell(name: string): Cell {
    const cell = this.#cells.get(name);
    if (cell !== undefined) return cell;
    const missing = this.#missing.get(name);
    if (missing !== undefined) throw new UnsupportedError(missing);
    throw new FormatError(`it uses "${name}" before anything defines it`);
  }

  meta(name: string): TensorMeta {
    return this.#graph.tensor(name);
  }

  /**
   * Gives a name its meaning.
   *
   * @throws FormatError when it has one.
   */
  define(name: string, cell: Cell): void {
    if (this.#cells.has(name) || this.#missing.has(name)) throw new FormatError(`"${name}" is defined twice`);
    this.#cells.set(name, cell);
  }

  /** Notes that a name has no value. */
  leaveOut(name: string, reason: string): void {
    this.#missing.set(name, reason);
  }

  /** Lowers all nodes; those that cannot be are noted, and what uses them goes on with values of the described type. */
  lower(): void {
    for (const node of this.#graph.nodes) {
      this.emitter.origin = node.name;
      try {
        this.#lowerNode(node);
      } catch (error) {
        if (error instanceof UnsupportedError) {
          this.#state.refusals.add(node, error);
          this.#stub(node);
        } else if (error instanceof FormatError || error instanceof ShapeError) {
          throw new FormatError(`node "${node.name}" (${node.target}): ${error.message}`, { cause: error });
        } else {
          throw error;
        }
      }
    }
  }

  #lowerNode(node: ProgramNode): void {
    const { target } = node;
    if (WRAPPERS.has(target)) return this.#inline(node);
    if (READ_NUMBER.has(target)) return this.#readNumber(node);
    if (DROPPED.test(target)) return undefined;
    const overload = target.startsWith("aten.") ? target.slice("aten.".length) : target;
    const schema = schemaOf(overload);
    if (schema !== undefined && Object.hasOwn(LOWERINGS, overload)) {
      return this.#define(node, LOWERINGS[overload]!, new Call(node, this, schema));
    }
    const plain = overload.replace(/_(?=\.)/, "");
    if (schema !== undefined && plain !== overload && Object.hasOwn(LOWERINGS, plain)) {
      return lowerInPlace(this, { node, call: new Call(node, this, schema), lowering: LOWERINGS[plain]! });
    }
    if (RANDOM.test(target)) throw new UnsupportedError("its result is random");
    throw new UnsupportedError("the operator is not handled", {
      hint: target.startsWith("higher_order.")
        ? "Control flow that depends on the data has no place in a graph of fixed operators."
        : "@samoyed/format-pt2 lists the operators that it knows in its README.",
    });
  }

  #define(node: ProgramNode, lowering: Lowering, call: Call): void {
    const results: readonly Result[] = [lowering(call)].flat();
    for (const [index, name] of call.outputNames.entries()) {
      if (name === undefined) continue;
      const result = results[index];
      if (result === undefined)
        this.leaveOut(name, `it uses output ${index} of "${node.name}" (${node.target}), which is not handled`);
      else this.define(name, this.resultCell(name, result, call));
    }
  }

  /** The cell of a result: a base, or a view of an argument. */
  resultCell(name: string, result: Result & {}, call: Call): Cell {
    const meta = this.meta(name);
    if (typeof result === "string") return new Cell(name, result, { meta });
    const base = call.cell(result.of);
    const value = result.derive(base.read());
    if (result.maybe === true) {
      const cell = new Cell(name, value, { meta });
      cell.mayShare(base);
      return cell;
    }
    const restore = result.restore?.bind(result);
    const derive = result.derive.bind(result);
    return new Cell(name, value, { meta, view: { base, derive, ...(restore && { restore }) } });
  }

  /** A number that the program reads out of a tensor stays a tensor without axes. */
  #readNumber(node: ProgramNode): void {
    const [input] = node.inputs.values();
    const [output] = node.outputs;
    if (input?.kind !== "tensor" || output === undefined || !("name" in output) || output.name === undefined) return;
    if (output.kind === "size") return;
    const x = this.cell(input.name).read();
    const value = x.sizes.length === 0 ? x.value : this.emitter.reshape(x, []);
    this.define(output.name, new Cell(output.name, value, { meta: { dtype: x.dtype, sizes: [], strides: [] } }));
  }

  /** A block under `torch.no_grad()` or a disabled autocast computes what it contains. */
  #inline(node: ProgramNode): void {
    const args = [...node.inputs.values()];
    const at = args.findIndex(({ kind }) => kind === "graph");
    const graph = args[at];
    if (graph?.kind !== "graph") throw new FormatError("it holds no graph");
    if (
      node.target.endsWith("autocast") &&
      args.slice(0, at).some((arg) => arg.kind === "bool" && isEnabled(args, arg))
    ) {
      throw new UnsupportedError("autocast is enabled, which changes types without saying so", {
        hint: "Export the model without torch.autocast.",
      });
    }
    const inner = new Scope(graph.graph, this.#state);
    const operands = args.slice(at + 1);
    if (operands.length !== graph.graph.inputs.length) {
      throw new FormatError(`it gives ${operands.length} values to a graph of ${graph.graph.inputs.length} inputs`);
    }
    for (const [index, input] of graph.graph.inputs.entries()) inner.#pass(input, operands[index]!, this);
    inner.lower();
    const results = graph.graph.outputs.flatMap(tensorNames);
    for (const [index, name] of outputNames(node).entries()) {
      const result = results[index];
      if (name === undefined) continue;
      if (result === undefined) throw new FormatError(`its graph gives no output ${index}`);
      this.define(name, inner.cell(result));
    }
  }

  /** Hands a value of the graph around to an input of this one. */
  #pass(input: Argument, operand: Argument, outer: Scope): void {
    if (input.kind !== "tensor") return;
    if (operand.kind !== "tensor") throw new FormatError(`the input "${input.name}" of its graph is given no tensor`);
    this.define(input.name, outer.cell(operand.name));
  }

  /** Values of the described type for a node that was refused, so that the rest can be looked at. */
  #stub(node: ProgramNode): void {
    for (const name of outputNames(node)) {
      if (name === undefined || this.#cells.has(name) || this.#missing.has(name)) continue;
      const meta = stubMeta(this.#graph, name);
      this.#cells.set(name, new Cell(name, this.emitter.freshName(name), { meta }));
    }
  }
}

/** autocast's second flag, its third argument, says whether it is enabled. */
function isEnabled(args: readonly Argument[], arg: Argument & { kind: "bool" }): boolean {
  return arg.value && args.find(({ kind }) => kind === "bool") === arg;
}

function tensorNames(argument: Argument): readonly (string | undefined)[] {
  if (argument.kind === "tensor") return [argument.name];
  return argument.kind === "tensors" ? argument.names : [undefined];
}

function stubMeta(graph: ProgramGraph, name: string): TensorMeta {
  try {
    return graph.tensor(name);
  } catch {
    const dtype: DType = "float32";
    return { dtype, sizes: [], strides: [] };
  }
}
