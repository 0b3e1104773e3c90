import type { ExportedProgram } from "@samoyed/checkpoint";
import {
  formatShape,
  FormatError,
  type LazyTensor,
  quote,
  renameLazy,
  sameShape,
  UnsupportedError,
} from "@samoyed/core";
import type { DimNames } from "./dim-names.ts";
import { Cell } from "./lowering/cell.ts";
import type { Emitter } from "./lowering/emitter.ts";
import type { Refusals } from "./lowering/refusals.ts";
import type { Scope } from "./lowering/scope.ts";
import type { InputSpec, Program } from "./program/program.ts";
import { areKnown, type Size, sizeText } from "./program/size.ts";

/** A name of the program with its place in the graph. */
export interface Bound {
  readonly name: string;
  readonly target: string;
  readonly cell: Cell;
}

type Weights = Pick<ExportedProgram, "stateDict" | "constants">;

/** The tensor behind a parameter, buffer or constant, under the name that the state dict gives it. */
function findWeight(spec: InputSpec & { readonly target: string }, weights: Weights, label: string): LazyTensor {
  const places =
    spec.kind === "constant" ? [weights.constants, weights.stateDict] : [weights.stateDict, weights.constants];
  const found = places.map((place) => place.get(spec.target)).find((tensor) => tensor !== undefined);
  if (found === undefined) throw new FormatError(`${label}: the file lacks the ${spec.kind} ${quote(spec.target)}`);
  return renameLazy(found, spec.target);
}

function checkWeight(scope: Scope, name: string, tensor: LazyTensor): void {
  const { dtype, sizes } = scope.meta(name);
  if (dtype.startsWith("complex"))
    throw new UnsupportedError("its numbers are complex, which the graph has no type for");
  if (tensor.dtype !== dtype || !areKnown(sizes) || !sameShape(tensor.shape, sizes)) {
    throw new FormatError(
      `tensor ${quote(tensor.name)} is ${tensor.dtype}${formatShape(tensor.shape)}; ` +
        `the graph describes ${dtype}[${sizes.map(sizeText).join(", ")}]`,
    );
  }
}

/** Notes which symbols an input's size tells: a symbol alone, or times a number. */
function noteSymbols(emitter: Emitter, input: string, sizes: readonly Size[]): void {
  for (const [axis, size] of sizes.entries()) {
    if (typeof size === "number") continue;
    const [factor, rest] = size.op === "mul" && size.args.length === 2 ? size.args : [1, size];
    if (typeof factor !== "number" || rest === undefined || typeof rest === "number" || rest.op !== "symbol") continue;
    const known = emitter.symbols.get(rest.text);
    if (known === undefined || known.divide > factor) emitter.symbols.set(rest.text, { input, axis, divide: factor });
  }
}

/**
 * Gives the program's inputs their meaning: weights by the state dict's names, and the graph's inputs by the user's.
 *
 * @throws FormatError when a weight is missing or differs from its description.
 */
export function bindInputs(
  program: Program,
  parts: {
    readonly scope: Scope;
    readonly refusals: Refusals;
    readonly dims: DimNames;
    readonly weights: Weights;
  },
): { readonly buffers: readonly Bound[]; readonly inputs: readonly Bound[] } {
  const { scope, refusals, dims, weights } = parts;
  const { emitter } = scope;
  const buffers: Bound[] = [];
  const inputs: Bound[] = [];
  const tensors = new Map<string, LazyTensor>();
  // Weights first: their names stay, whatever the user's inputs are called.
  for (const spec of program.inputs) {
    if (spec.kind === "user input" || spec.kind === "refused") continue;
    try {
      // A parameter that is used under two names of the graph is one weight.
      const tensor = tensors.get(spec.target) ?? findWeight(spec, weights, program.label);
      tensors.set(spec.target, tensor);
      checkWeight(scope, spec.name, tensor);
      const cell = new Cell(spec.name, emitter.weight(tensor), { meta: scope.meta(spec.name) });
      scope.define(spec.name, cell);
      if (spec.kind === "buffer") buffers.push({ name: spec.name, target: spec.target, cell });
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      scope.leaveOut(spec.name, `it uses the ${spec.kind} ${quote(spec.target)}: ${error.message}`);
    }
  }
  const users = program.inputs.filter((spec) => spec.kind === "user input");
  const names = program.inputNames?.length === users.length ? program.inputNames : undefined;
  for (const [index, { argument }] of users.entries()) {
    if (argument.kind === "none") continue;
    const wanted = names?.[index] ?? ("name" in argument ? (argument.name ?? "input") : "input");
    if (argument.kind !== "tensor") {
      const error = new UnsupportedError(`the model's input "${wanted}" is no tensor`, {
        hint: "Export with tensors as inputs; numbers are fixed at export.",
      });
      refusals.add({ name: wanted, target: "input" }, error);
      continue;
    }
    const meta = scope.meta(argument.name);
    const name = emitter.freshName(wanted);
    emitter.inputs.push({
      name,
      dtype: meta.dtype,
      shape: meta.sizes.map((size, axis) => dims.forInput(size, axis, meta.sizes.length)),
    });
    noteSymbols(emitter, name, meta.sizes);
    const cell = new Cell(argument.name, name, { meta });
    scope.define(argument.name, cell);
    inputs.push({ name, target: name, cell });
  }
  for (const spec of program.inputs) {
    if (spec.kind !== "refused") continue;
    refusals.add({ name: spec.what, target: "input" }, new UnsupportedError("inputs of this kind are not handled"));
  }
  return { buffers, inputs };
}
