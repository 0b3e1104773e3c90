import { type DType, FormatError, UnsupportedError } from "@samoyed/core";
import type { Argument, ProgramNode, TensorMeta } from "../program/program.ts";
import { type Size, sizeText } from "../program/size.ts";
import type { Cell } from "./cell.ts";
import type { Attributes, Emitter } from "./emitter.ts";
import type { Operand } from "./operand.ts";
import type { DefaultValue, Schema } from "./schema.ts";

/** Parts of the surrounding graph that a call needs. */
export interface CallScope {
  readonly emitter: Emitter;
  cell(name: string): Cell;
  meta(name: string): TensorMeta;
}

/** An argument that a lowering reads, with the default that the file leaves out. */
type Given = Argument | { readonly kind: "default"; readonly value: DefaultValue };

/** One node of the program as a lowering sees it: arguments by name, types of the outputs, and the graph to add to. */
export class Call {
  readonly node: ProgramNode;
  readonly emitter: Emitter;
  readonly #scope: CallScope;
  readonly #schema: Schema;

  /**
   * @throws FormatError for an argument that the operator does not have.
   */
  constructor(node: ProgramNode, scope: CallScope, schema: Schema) {
    this.node = node;
    this.emitter = scope.emitter;
    this.#scope = scope;
    this.#schema = schema;
    for (const name of node.inputs.keys()) {
      if (!this.has(name)) {
        throw new UnsupportedError(`it has the argument "${name}", which is not known`, {
          hint: "The file may be of a later PyTorch than those that are known (2.5 to 2.13).",
        });
      }
    }
  }

  #get(name: string): Given {
    const argument = this.node.inputs.get(name);
    if (argument !== undefined) return argument;
    if (Object.hasOwn(this.#schema.defaults, name)) return { kind: "default", value: this.#schema.defaults[name]! };
    throw new FormatError(`it lacks the argument "${name}"`);
  }

  #misfit(name: string, given: Given, expected: string): UnsupportedError {
    const got = given.kind === "default" ? JSON.stringify(given.value) : "of" in given ? given.of : `a ${given.kind}`;
    return new UnsupportedError(`its argument "${name}" is ${got}; expected ${expected}`);
  }

  /** Ends the lowering: the node is refused with this reason. */
  refuse(reason: string, hint?: string): never {
    throw new UnsupportedError(reason, hint === undefined ? {} : { hint });
  }

  /** Whether the operator has an argument of this name. */
  has(name: string): boolean {
    return this.#schema.required.includes(name) || Object.hasOwn(this.#schema.defaults, name);
  }

  /** Whether an argument was not given or is None. */
  isNone(name: string): boolean {
    const given = this.#get(name);
    return given.kind === "none" || (given.kind === "default" && given.value === null);
  }

  /** Whether an argument is a tensor. */
  isTensor(name: string): boolean {
    return this.#get(name).kind === "tensor";
  }

  /** The cell behind a tensor argument. */
  cell(name: string): Cell {
    const given = this.#get(name);
    if (given.kind !== "tensor") throw this.#misfit(name, given, "a tensor");
    return this.#scope.cell(given.name);
  }

  /** A tensor argument as it is now. */
  tensor(name: string): Operand {
    return this.cell(name).read();
  }

  /** A tensor argument's layout. */
  layout(name: string): TensorMeta {
    return this.cell(name).meta;
  }

  /** A tensor argument, or `undefined` for None. */
  optional(name: string): Operand | undefined {
    return this.isNone(name) ? undefined : this.tensor(name);
  }

  /** A list of tensors; `undefined` for None among them. */
  optionals(name: string): readonly (Operand | undefined)[] {
    const given = this.#get(name);
    if (given.kind !== "tensors") throw this.#misfit(name, given, "a list of tensors");
    return given.names.map((item) => (item === undefined ? undefined : this.#scope.cell(item).read()));
  }

  /** A list of tensors. */
  tensors(name: string): readonly Operand[] {
    return this.optionals(name).map(
      (operand) => operand ?? this.refuse(`its argument "${name}" has None among the tensors`),
    );
  }

  /** A size, which may depend on the inputs. */
  size(name: string): Size {
    const given = this.#get(name);
    if (given.kind === "size") return given.size;
    if (given.kind === "default" && typeof given.value === "number") return given.value;
    throw this.#misfit(name, given, "an integer");
  }

  /** An integer; one beyond 2^53 is rounded. */
  int(name: string): number {
    const size = this.size(name);
    if (typeof size === "number") return size;
    return this.refuse(`its argument "${name}" depends on an input's size (${sizeText(size)})`, FIX_SIZE);
  }

  /** Sizes, which may depend on the inputs; one alone is a list of one. */
  sizes(name: string): readonly Size[] {
    const given = this.#get(name);
    if (given.kind === "sizes") return given.sizes;
    if (given.kind === "size") return [given.size];
    if (given.kind === "tensors" && given.names.length === 0) return [];
    if (given.kind === "default" && Array.isArray(given.value)) return given.value as readonly number[];
    if (given.kind === "default" && typeof given.value === "number") return [given.value];
    throw this.#misfit(name, given, "a list of integers");
  }

  /** Integers; one alone is a list of one. */
  ints(name: string): readonly number[] {
    return this.sizes(name).map((size) =>
      typeof size === "number" ? size : this.refuse(`its argument "${name}" depends on an input's size`, FIX_SIZE),
    );
  }

  /** Integers, or `undefined` for None. */
  optionalInts(name: string): readonly number[] | undefined {
    return this.isNone(name) ? undefined : this.ints(name);
  }

  /** A number: an integer, a float or a bool. */
  number(name: string): number {
    const given = this.#get(name);
    if (given.kind === "float") return given.value;
    if (given.kind === "bool") return Number(given.value);
    if (given.kind === "default" && typeof given.value === "boolean") return Number(given.value);
    if (given.kind === "default" && (given.value === "inf" || given.value === "-inf")) {
      return given.value === "inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    }
    return this.int(name);
  }

  /** A number, or `undefined` for None. */
  optionalNumber(name: string): number | undefined {
    return this.isNone(name) ? undefined : this.number(name);
  }

  /** Floats, or `undefined` for None. */
  optionalFloats(name: string): readonly number[] | undefined {
    if (this.isNone(name)) return undefined;
    const given = this.#get(name);
    return given.kind === "floats" ? given.values : this.ints(name);
  }

  /** Whether a number argument is a float, an integer or a bool. */
  numberType(name: string): "float" | "integer" | "bool" {
    const given = this.#get(name);
    if (given.kind === "float") return "float";
    return given.kind === "bool" ? "bool" : "integer";
  }

  /** A number argument as a value without axes of a type; it may be one that the program computes. */
  scalar(name: string, dtype: DType): string {
    const given = this.#get(name);
    if (given.kind === "symbol") {
      const cell = this.#scope.cell(given.name);
      return this.emitter.cast(cell.read(), dtype);
    }
    if (given.kind === "size" && typeof given.size !== "number") {
      const value = this.emitter.one("Squeeze", [this.emitter.sizes([given.size]), this.emitter.ints([0])]);
      return this.emitter.cast({ value, dtype: "int64", sizes: [] }, dtype);
    }
    return this.emitter.scalar(this.number(name), dtype);
  }

  /** True or false. */
  bool(name: string): boolean {
    const given = this.#get(name);
    if (given.kind === "bool" || given.kind === "default") {
      if (typeof given.value === "boolean") return given.value;
    }
    throw this.#misfit(name, given, "true or false");
  }

  /** A string, or `undefined` for None. */
  string(name: string): string | undefined {
    const given = this.#get(name);
    if (given.kind === "none" || (given.kind === "default" && given.value === null)) return undefined;
    if (given.kind === "string") return given.value;
    if (given.kind === "default" && typeof given.value === "string") return given.value;
    throw this.#misfit(name, given, "a string");
  }

  /** The number of outputs. */
  get outputCount(): number {
    return this.outputNames.length;
  }

  /** The program's names of the outputs; `undefined` for None. */
  get outputNames(): readonly (string | undefined)[] {
    return outputNames(this.node);
  }

  /**
   * An output's type.
   *
   * @throws FormatError when there is no such output.
   */
  output(index = 0): TensorMeta {
    const name = this.outputNames[index];
    if (name === undefined) throw new FormatError(`it has no output ${index}`);
    return this.#scope.meta(name);
  }

  /** Adds a node of one output. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.emitter.one(op, inputs, attributes);
  }

  /** An axis counted from the front. */
  axis(name: string, rank: number): number {
    return this.normalize(this.int(name), rank, name);
  }

  /** Axes counted from the front. */
  axes(name: string, rank: number): readonly number[] {
    return this.ints(name).map((axis) => this.normalize(axis, rank, name));
  }

  /** An axis counted from the front; a tensor without axes has axis 0, as in PyTorch. */
  normalize(axis: number, rank: number, name: string): number {
    const least = Math.max(rank, 1);
    if (!Number.isInteger(axis) || axis < -least || axis >= least) {
      throw new FormatError(`its argument "${name}" is ${axis}, which is no axis of ${rank}`);
    }
    return axis < 0 ? axis + least : axis;
  }
}

const FIX_SIZE = "Export with a fixed size there (no dynamic_shapes for that axis).";

/** The names of a node's tensors; sizes and None have no cell. */
export function outputNames(node: ProgramNode): readonly (string | undefined)[] {
  return node.outputs.flatMap((output): readonly (string | undefined)[] => {
    if (output.kind === "tensor") return [output.name];
    return output.kind === "tensors" ? output.names : [undefined];
  });
}
