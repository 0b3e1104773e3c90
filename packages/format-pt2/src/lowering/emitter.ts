import { type DType, InternalError, type LazyTensor, lazyTensor, type Tensor } from "@samoyed/core";
import { type Attribute, dtypeToOnnx, int, type Node, type ValueInfo } from "@samoyed/ir";
import { areKnown, sameSize, type Size, sizeText } from "../program/size.ts";
import { literal } from "./literal.ts";
import type { Operand } from "./operand.ts";
import { type SizeSource, sizeVector } from "./size-values.ts";

/** Attributes of a node. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** Collects the nodes and weights of the graph that is being built. */
export class Emitter {
  readonly nodes: Node[] = [];
  readonly inputs: ValueInfo[] = [];
  readonly initializers: Map<string, LazyTensor> = new Map();
  /** Computation of each symbol from the graph's inputs. */
  readonly symbols: Map<string, SizeSource> = new Map();
  /** The node of the program that is being lowered; new nodes are named after it. */
  origin = "";
  readonly #names: Set<string> = new Set();
  readonly #literals: Map<string, string> = new Map();
  readonly #sizes: Map<string, string> = new Map();

  /** A name that nothing has: `base`, or `base` with a number. */
  freshName(base: string): string {
    let name = base;
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${count}`;
    this.#names.add(name);
    return name;
  }

  /** A name for a result of the model: the user's, with a word before it where an input or a weight has that name. */
  outputName(name: string): string {
    return this.freshName(this.#names.has(name) ? `output_${name}` : name);
  }

  /** Adds a node of one output and returns the output's name. */
  one(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.many(op, inputs, { attributes, count: 1 })[0]!;
  }

  /** Adds a node of several outputs and returns their names. */
  many(
    op: string,
    inputs: readonly string[],
    { attributes = {}, count }: { readonly attributes?: Attributes; readonly count: number },
  ): readonly string[] {
    const name = this.freshName(`${this.origin}.${op}`);
    const outputs = Array.from({ length: count }, (_, index) =>
      index === 0 ? name : this.freshName(`${name}.${index}`),
    );
    this.nodes.push({ name, op, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  /** Adds a weight under its own name and returns the name. */
  weight(tensor: LazyTensor): string {
    const present = this.initializers.get(tensor.name);
    if (present !== undefined && present !== tensor) throw new InternalError(`two weights are named ${tensor.name}`);
    this.#names.add(tensor.name);
    this.initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** Adds a constant; one of few elements is added once. */
  constant(tensor: Tensor, base = "constant"): string {
    const key = tensor.data.length > 16 ? undefined : `${tensor.dtype}[${tensor.shape.join()}]${tensor.data.join()}`;
    const present = key === undefined ? undefined : this.#literals.get(key);
    if (present !== undefined) return present;
    const name = this.freshName(base);
    this.initializers.set(name, lazyTensor(name, tensor));
    if (key !== undefined) this.#literals.set(key, name);
    return name;
  }

  /** A list of int64. */
  ints(values: readonly number[]): string {
    return this.constant(literal("int64", [values.length], values));
  }

  /** A number without axes. */
  scalar(value: number, dtype: DType): string {
    return this.constant(literal(dtype, [], [value]));
  }

  /** Numbers of a shape. */
  numbers(dtype: DType, shape: readonly number[], values: readonly number[]): string {
    return this.constant(literal(dtype, shape, values));
  }

  /** Sizes as a list of int64, computed where they depend on the inputs. */
  sizes(sizes: readonly Size[]): string {
    if (areKnown(sizes)) return this.ints(sizes);
    const key = sizes.map(sizeText).join();
    const present = this.#sizes.get(key);
    if (present !== undefined) return present;
    const value = sizeVector(this, sizes);
    this.#sizes.set(key, value);
    return value;
  }

  /** The value in another type; itself where it has that type. */
  cast(operand: Operand, dtype: DType): string {
    if (operand.dtype === dtype) return operand.value;
    return this.one("Cast", [operand.value], { to: int(dtypeToOnnx(dtype)) });
  }

  /** The value in another shape of as many elements; itself where it has that shape. */
  reshape(operand: Operand, sizes: readonly Size[]): string {
    const from = operand.sizes;
    if (from.length === sizes.length && from.every((size, axis) => sameSize(size, sizes[axis]!))) return operand.value;
    const target = reshapeTarget(from, sizes);
    return this.one("Reshape", [operand.value, target === undefined ? this.sizes(sizes) : this.ints(target)]);
  }
}

/**
 * A constant target for Reshape: at most one open size becomes -1, others are copied from the same axis by 0;
 * `undefined` where that does not do.
 */
function reshapeTarget(from: readonly Size[], to: readonly Size[]): readonly number[] | undefined {
  if (areKnown(to)) return to;
  if (to.includes(0) || from.includes(0)) return undefined;
  const target = to.map((size, axis) => {
    if (typeof size === "number") return size;
    return from[axis] !== undefined && sameSize(from[axis], size) ? 0 : -1;
  });
  return target.filter((size) => size === -1).length <= 1 ? target : undefined;
}
