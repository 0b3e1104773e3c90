import {
  bytesToArray,
  type DType,
  elementCount,
  formatShape,
  InternalError,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  type Shape,
  UnsupportedError,
} from "@samoyed/core";
import type { Dim, Graph, Node } from "@samoyed/ir";
import { type Arrangement, arrangePermuted } from "./arrangement.ts";
import type { GroupPlan } from "./plan-groups.ts";
import { tfDType } from "./dtypes.ts";
import { createNames } from "./names.ts";
import { OpenSizes } from "./open-sizes.ts";
import { reshapeOnce } from "./reshape-once.ts";
import { constantAttrs, intsAttr, type TfAttribute, type TfNode, typeAttr, type WeightEntry } from "./tf-graph.ts";
import { type Computed, type Constant, FROM_LAST, laidOut, TO_LAST, type Value } from "./value.ts";

/** Most elements of a constant that decides how a node is lowered: paddings, bounds, sizes. */
const MAX_PARAMETER_ELEMENTS = 1 << 16;

/** A node to be added. */
export interface EmitOptions {
  /** The source graph's value that it gives; its node takes that name. */
  readonly as?: string;
  /** The node's name where it gives no value of the source graph: a hint, made unique. */
  readonly hint?: string;
  readonly attr?: Readonly<Record<string, TfAttribute>>;
}

/** The target graph while it grows, which lowering reads and adds to. */
export class Emitter {
  readonly graph: Graph;
  readonly nodes: TfNode[] = [];
  readonly weights: WeightEntry[] = [];
  /** Merging of grouped convolutions, by node name. */
  readonly groupPlan: GroupPlan;
  readonly reading: ReadOptions;
  readonly #names = createNames();
  readonly #values = new Map<string, Value>();
  readonly #consumers = new Map<string, Node[]>();
  readonly #outputs: ReadonlySet<string>;
  readonly #constants = new Map<string, string>();
  readonly #arranged = new Map<LazyTensor, Map<string, string>>();
  readonly #converted = new Map<string, string>();
  readonly #absorbed = new Set<Node>();
  readonly #sizes = new OpenSizes();
  readonly #sizeRefs = new Map<string, string>();

  constructor(graph: Graph, options: { readonly groupPlan: GroupPlan; readonly reading: ReadOptions }) {
    this.graph = graph;
    this.groupPlan = options.groupPlan;
    this.reading = options.reading;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#consumers.set(name, [...(this.#consumers.get(name) ?? []), node]);
    }
    // The graph's own names come first, those at the boundary before all, so that nothing else takes them.
    for (const { name } of [...graph.inputs, ...graph.outputs]) this.#names.of(name);
    for (const name of graph.nodes.flatMap((node) => node.outputs)) this.#names.of(name);
    for (const [name, lazy] of graph.initializers) this.set(name, constantOf(lazy));
  }

  /** Whether a value was computed or is known. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** A value that was computed or is known. */
  value(name: string): Value {
    const value = this.#values.get(name);
    if (value === undefined) throw new InternalError(`value "${name}" was used before it was computed`);
    return value;
  }

  /** Makes a value known to the nodes that use it. */
  set(name: string, value: Value): void {
    this.#values.set(name, value);
    if (value.kind === "computed") this.#sizes.note(value.ref, laidOut(value.shape, value.layout));
  }

  /** Nodes of the source graph that use a value. */
  consumers(name: string): readonly Node[] {
    return this.#consumers.get(name) ?? [];
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** Notes that a node's work was done by the node before it. */
  absorb(node: Node): void {
    this.#absorbed.add(node);
  }

  isAbsorbed(node: Node): boolean {
    return this.#absorbed.has(node);
  }

  /** The type and shape that inference gave a value. */
  type(name: string): { readonly dtype: DType; readonly shape: readonly Dim[] } {
    const known = this.graph.values.get(name) ?? this.graph.outputs.find((output) => output.name === name);
    if (known === undefined) {
      throw new UnsupportedError(`value "${name}": its shape is not known before the network runs`, {
        hint: "Fix the input's sizes.",
      });
    }
    return known;
  }

  /** Adds a node and returns its name, which is also its first output. */
  emit(op: string, inputs: readonly string[], { as, hint, attr = {} }: EmitOptions = {}): string {
    const name = as === undefined ? this.#names.fresh(hint ?? op) : this.#names.of(as);
    this.nodes.push({ name, op, input: [...inputs], attr });
    return name;
  }

  /** The name that a value's node has or will have. */
  nameOf(value: string): string {
    return this.#names.of(value);
  }

  /** Adds the node that gives a source node's output, and makes that value known. */
  give(
    name: string,
    op: string,
    inputs: readonly string[],
    { layout, attr }: { readonly layout: Computed["layout"]; readonly attr?: EmitOptions["attr"] },
  ): void {
    const { dtype, shape } = this.type(name);
    const ref = this.emit(op, inputs, { as: name, ...(attr && { attr }) });
    this.set(name, { kind: "computed", ref, layout, dtype, shape });
  }

  /** A small constant of the lowering's own; the same one is written once. */
  constant(dtype: "float32" | "int32", values: readonly number[], shape: Shape = [values.length]): string {
    const key = `${dtype} ${formatShape(shape)} ${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join(",")}`;
    const present = this.#constants.get(key);
    if (present !== undefined) return present;
    const name = this.#names.fresh(`const/${this.#constants.size}`);
    const data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    const source = lazyTensor(name, { dtype, shape, data });
    this.#addWeight({ name, shape, dtype, source, compressible: false });
    this.#constants.set(key, name);
    return name;
  }

  /** The integers of a vector. */
  ints(values: readonly number[]): string {
    return this.constant("int32", values);
  }

  /** A single integer. */
  scalar(value: number): string {
    return this.constant("int32", [value], []);
  }

  /** A single float. */
  float(value: number): string {
    return this.constant("float32", [value], []);
  }

  /** A known value as a weight; the same arrangement of the same tensor is written once. */
  weight(lazy: LazyTensor, { arrangement, hint }: { arrangement?: Arrangement; hint?: string } = {}): string {
    const shape = arrangement?.shape ?? lazy.shape;
    const key = arrangement?.key ?? `as it is ${formatShape(shape)}`;
    const present = this.#arranged.get(lazy)?.get(key);
    if (present !== undefined) return present;
    const name = this.#names.fresh(hint ?? lazy.name);
    const dtype = tfDType(lazy.dtype, `constant "${lazy.name}"`);
    const compressible = lazy.dtype === "float32" && lazy.shape.length >= 2;
    this.#addWeight({ name, shape, dtype, source: lazy, compressible, ...(arrangement && { arrangement }) });
    this.#arranged.set(lazy, (this.#arranged.get(lazy) ?? new Map<string, string>()).set(key, name));
    return name;
  }

  #addWeight(entry: WeightEntry): void {
    this.weights.push(entry);
    this.nodes.push({ name: entry.name, op: "Const", input: [], attr: constantAttrs(entry) });
  }

  /** A value in ONNX's order of axes. */
  plain(value: Value): string {
    return this.inLayout(value, "plain");
  }

  /** A value of four axes with its channels last. */
  last(value: Value): string {
    return this.inLayout(value, "last");
  }

  /** A value in a layout; a transposition is added where it has the other one, once. */
  inLayout(value: Value, layout: Computed["layout"]): string {
    if (value.kind === "constant") {
      if (layout === "plain") return this.weight(value.lazy);
      return this.weight(value.lazy, { arrangement: arrangePermuted(value.shape, TO_LAST) });
    }
    if (value.layout === layout) return value.ref;
    return this.#convert(value.ref, { layout, dtype: value.dtype });
  }

  #convert(ref: string, { layout, dtype }: { readonly layout: Computed["layout"]; readonly dtype: DType }): string {
    const key = `${ref} ${layout}`;
    const present = this.#converted.get(key);
    if (present !== undefined) return present;
    const [perm, word] = layout === "last" ? ([TO_LAST, "nhwc"] as const) : ([FROM_LAST, "nchw"] as const);
    const converted = this.transpose(ref, perm, { dtype, hint: `${ref.replace(":", "_")}/${word}` });
    this.#converted.set(key, converted);
    return converted;
  }

  /**
   * A transposition. Integers and booleans travel as floats: WebGPU's program takes no others, and where it does not
   * compile, the result is what was in memory before.
   */
  transpose(
    ref: string,
    perm: readonly number[],
    { dtype, hint }: { readonly dtype: DType; readonly hint: string },
  ): string {
    const order = this.ints(perm);
    if (dtype === "float32") return this.emit("Transpose", [ref, order], { hint });
    const own = typeAttr(tfDType(dtype, `value "${ref}"`));
    const floats = this.emit("Mul", [this.castToFloat(ref, dtype, hint), this.float(1)], { hint: `${hint}/float` });
    const moved = this.emit("Transpose", [floats, order], { hint: `${hint}/float` });
    return this.emit("Cast", [moved], { hint, attr: { SrcT: typeAttr("float32"), DstT: own } });
  }

  /** A cast to float32, which on WebGPU changes nothing in memory: only a product by 1 does. */
  castToFloat(ref: string, dtype: DType, hint: string): string {
    const attr = { SrcT: typeAttr(tfDType(dtype, `value "${ref}"`)), DstT: typeAttr("float32") };
    return this.emit("Cast", [ref], { hint: `${hint}/float`, attr });
  }

  /**
   * An operand of an operation on elements, ready to broadcast against others of `rank` axes in a layout: axes are
   * added in front where `last` moves them.
   */
  operand(value: Value, { layout, rank }: { readonly layout: Computed["layout"]; readonly rank: number }): string {
    if (layout === "plain" || value.shape.length === rank) return this.inLayout(value, layout);
    if (value.shape.length === 0) return this.plain(value);
    const shape = [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape];
    if (value.kind === "constant") {
      return this.last(constantOf(reshapeOnce(value.lazy, shape as number[])));
    }
    const ref = this.reshape(this.plain(value), shape, { hint: `${value.ref.replace(":", "_")}/rank${rank}` });
    return this.#convert(ref, { layout: "last", dtype: value.dtype });
  }

  /** A reshape to sizes of which at most one is open. */
  reshape(ref: string, shape: readonly Dim[], options: EmitOptions = {}): string {
    return this.emit("Reshape", [ref, this.shapeOf(shape, ref)], options);
  }

  /** Sizes as a vector for a reshape of `from`: one that no tensor before has becomes -1. */
  shapeOf(shape: readonly Dim[], from: string): string {
    const open = shape.filter((size) => typeof size === "string");
    const inferred = open.length <= 1 ? open : open.filter((size) => this.#sizes.place(size) === undefined);
    if (inferred.length > 1) {
      throw new UnsupportedError(
        `the shape ${formatShape(shape)} of "${from}" has several sizes that are not known before the network runs`,
        { hint: "Fix the input's sizes." },
      );
    }
    return this.vector(shape.map((size) => (inferred[0] === size ? -1 : size)))!;
  }

  /** Sizes as a vector, each that is open read from a tensor before; `undefined` where no tensor before has one. */
  vector(sizes: readonly Dim[]): string | undefined {
    if (sizes.every((size) => typeof size === "number")) return this.ints(sizes);
    const parts: string[] = [];
    let known: number[] = [];
    for (const size of sizes) {
      if (typeof size === "number") {
        known.push(size);
        continue;
      }
      const part = this.sizeOf(size);
      if (part === undefined) return undefined;
      if (known.length > 0) parts.push(this.ints(known));
      known = [];
      parts.push(part);
    }
    if (known.length > 0) parts.push(this.ints(known));
    return parts.length === 1 ? parts[0]! : this.join(parts);
  }

  /** Makes the open sizes of a tensor known that is no value of the source graph; `shape` is in its own order. */
  noteSizes(ref: string, shape: readonly Dim[]): void {
    this.#sizes.note(ref, shape);
  }

  /** An open size as a vector of one element; `undefined` where no tensor before has it. */
  sizeOf(size: string): string | undefined {
    const present = this.#sizeRefs.get(size);
    if (present !== undefined) return present;
    const place = this.#sizes.place(size);
    if (place === undefined) return undefined;
    const hint = `${place.ref.replace(":", "_")}/size`;
    const sizes = this.emit("Shape", [place.ref], { hint });
    const attr = { T: typeAttr("int32"), Index: typeAttr("int32") };
    const ref = this.emit("Slice", [sizes, this.ints([place.axis]), this.ints([1])], { hint, attr });
    this.#sizeRefs.set(size, ref);
    return ref;
  }

  /** Vectors of integers one after the other. */
  join(parts: readonly string[]): string {
    const attr = { N: { i: String(parts.length) }, T: typeAttr("int32"), Tidx: typeAttr("int32") };
    return this.emit("ConcatV2", [...parts, this.scalar(0)], { hint: "sizes", attr });
  }

  /** Makes a value known that is another one under a new name. */
  alias(name: string, value: Value): void {
    if (value.kind === "constant" && !this.isOutput(name)) {
      this.set(name, value);
      return;
    }
    const layout = value.kind === "constant" ? "plain" : value.layout;
    const ref = value.kind === "constant" ? this.weight(value.lazy) : value.ref;
    this.give(name, "Identity", [ref], { layout });
  }

  /** The elements of a small constant as doubles, or `undefined` for a value that is computed. */
  async numbers(value: Value): Promise<readonly number[] | undefined> {
    if (value.kind !== "constant" || elementCount(value.shape) > MAX_PARAMETER_ELEMENTS) return undefined;
    const { lazy } = value;
    return Array.from<number | bigint, number>(bytesToArray(await lazy.read(this.reading), lazy.dtype), Number);
  }
}

/** A lazy tensor as a value. */
export function constantOf(lazy: LazyTensor): Constant {
  return { kind: "constant", lazy, dtype: lazy.dtype, shape: lazy.shape };
}

/** The strides or window of a two-dimensional operator, as TensorFlow lists them for channels last. */
export function spatialAttr([height, width]: readonly [number, number]): TfAttribute {
  return intsAttr([1, height, width, 1]);
}
