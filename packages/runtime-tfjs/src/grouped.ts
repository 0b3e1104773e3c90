import { elementCount, type OwnedFloats } from "@samoyed/core";
import { type GraphNode, producerOf, type WeightEntry } from "@samoyed/tfjs-file";

/** A grouped convolution as a portable model expresses it: split, one convolution per part, join. */
export interface GroupedConv {
  /** The node that joins the parts; the single convolution takes its name. */
  readonly join: GraphNode;
  /** The value that is split, and the node that splits it. */
  readonly x: string;
  readonly split: GraphNode;
  /** The parts' convolutions and filters, in order. */
  readonly convolutions: readonly GraphNode[];
  readonly filters: readonly string[];
  /** The constants with the axes: both must be the channel axis, which only their elements show. */
  readonly axes: readonly string[];
  /** A part's filter: height, width, channels in and out. */
  readonly shape: readonly [number, number, number, number];
}

interface Look {
  readonly byName: ReadonlyMap<string, GraphNode>;
  readonly weights: ReadonlyMap<string, WeightEntry>;
  /** Counts the inputs that read each node's outputs. */
  readonly uses: ReadonlyMap<string, number>;
}

/**
 * Finds the grouped convolutions of a graph by their structure: a ConcatV2 of plain convolutions that differ only in
 * their filters and read the outputs of one Split in order, where nothing else reads the values in between.
 */
export function findGroupedConvs(
  nodes: readonly GraphNode[],
  { weights, kept }: { readonly weights: ReadonlyMap<string, WeightEntry>; readonly kept: ReadonlySet<string> },
): readonly GroupedConv[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const uses = new Map<string, number>([...kept].map((name) => [name, 1]));
  for (const input of nodes.flatMap((node) => node.input ?? [])) {
    const name = producerOf(input);
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  return nodes.flatMap((node) => (node.op === "ConcatV2" ? (match(node, { byName, weights, uses }) ?? []) : []));
}

function match(join: GraphNode, { byName, weights, uses }: Look): GroupedConv | undefined {
  const inputs = join.input ?? [];
  const parts = inputs.slice(0, -1);
  const convolutions = parts.map((name) => byName.get(name));
  const first = convolutions[0];
  if (parts.length < 2 || first === undefined) return undefined;
  const split = byName.get(producerOf(first.input?.[0] ?? ""));
  if (split?.op !== "Split" || split.input?.length !== 2 || attributeInt(split, "num_split") !== parts.length) {
    return undefined;
  }
  const filters: string[] = [];
  const shape = weights.get(first.input?.[1] ?? "")?.shape;
  if (shape?.length !== 4) return undefined;
  for (const [index, node] of convolutions.entries()) {
    if (node?.op !== "Conv2D" || node.input?.length !== 2 || uses.get(node.name) !== 1) return undefined;
    const [x, filter] = node.input as [string, string];
    const from = index === 0 ? [split.name, `${split.name}:0`] : [`${split.name}:${index}`];
    const weight = weights.get(filter);
    if (!from.includes(x) || weight?.dtype !== "float32" || uses.get(filter) !== 1) return undefined;
    if (!sameAttributes(node, first) || weight.shape.some((size, axis) => size !== shape[axis])) return undefined;
    filters.push(filter);
  }
  if (convolutionAttributes(first) === undefined) return undefined;
  return {
    join,
    x: split.input[1]!,
    split,
    convolutions: convolutions as readonly GraphNode[],
    filters,
    axes: [split.input[0]!, inputs.at(-1)!],
    shape: shape as unknown as GroupedConv["shape"],
  };
}

function sameAttributes(a: GraphNode, b: GraphNode): boolean {
  return JSON.stringify(a.attr ?? {}) === JSON.stringify(b.attr ?? {});
}

function attributeInt(node: GraphNode, name: string): number {
  return Number((node.attr?.[name] as { i?: unknown } | undefined)?.i);
}

/** Returns the attributes of TensorFlow.js's kernel Conv2D for a node; `undefined` if the kernel does not support them here. */
export function convolutionAttributes(node: GraphNode): KernelAttributes | undefined {
  const attr = (node.attr ?? {}) as Readonly<Record<string, { s?: string; list?: { i?: readonly unknown[] } }>>;
  const text = (name: string): string => {
    try {
      return atob(attr[name]?.s ?? "");
    } catch {
      return "";
    }
  };
  const pair = (name: string): readonly [number, number] | undefined => {
    const list = (attr[name]?.list?.i ?? ["1", "1", "1", "1"]).map(Number);
    const [batch, height, width, channel] = list;
    return list.length === 4 && batch === 1 && channel === 1 ? [height!, width!] : undefined;
  };
  const [strides, dilations] = [pair("strides"), pair("dilations")];
  const padding = text("padding").toLowerCase();
  const format = text("data_format");
  if (!strides || !dilations || (padding !== "valid" && padding !== "same") || (format !== "NHWC" && format !== "")) {
    return undefined;
  }
  return { strides, dilations, pad: padding, dataFormat: "NHWC" };
}

/** Attributes of the kernel Conv2D (tfjs-core 4.22.0, `kernel_names.ts`). */
export interface KernelAttributes {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pad: "valid" | "same";
  readonly dataFormat: "NHWC";
}

/**
 * Joins the filters of the parts into one filter for the whole convolution: [height, width, channels of a group, all filters].
 *
 * If parts are themselves several groups with zeros between them, the zeros are dropped.
 */
export function joinFilters(
  parts: readonly Float32Array[],
  [height, width, inputs, outputs]: GroupedConv["shape"],
): { readonly shape: readonly [number, number, number, number]; readonly values: OwnedFloats } {
  const blocks = diagonalBlocks(parts, { inputs, outputs });
  const [rows, columns] = [inputs / blocks, outputs / blocks];
  const all = outputs * parts.length;
  const shape = [height, width, rows, all] as const;
  const values = new Float32Array(elementCount(shape));
  for (const [part, source] of parts.entries()) {
    for (let tap = 0; tap < height * width; tap++) {
      for (let row = 0; row < inputs; row++) {
        const block = Math.floor(row / rows);
        const from = (tap * inputs + row) * outputs + block * columns;
        const to = (tap * rows + (row % rows)) * all + part * outputs + block * columns;
        values.set(source.subarray(from, from + columns), to);
      }
    }
  }
  return { shape, values };
}

/** Counts the diagonal blocks that all parts divide into. */
function diagonalBlocks(
  parts: readonly Float32Array[],
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
): number {
  for (let blocks = Math.min(inputs, outputs); blocks > 1; blocks--) {
    if (inputs % blocks !== 0 || outputs % blocks !== 0) continue;
    if (parts.every((part) => isDiagonal(part, { inputs, outputs, blocks }))) return blocks;
  }
  return 1;
}

function isDiagonal(
  part: Float32Array,
  { inputs, outputs, blocks }: { readonly inputs: number; readonly outputs: number; readonly blocks: number },
): boolean {
  const [rows, columns] = [inputs / blocks, outputs / blocks];
  for (let at = 0; at < part.length; at++) {
    if (part[at] === 0) continue;
    const column = at % outputs;
    const row = Math.floor(at / outputs) % inputs;
    if (Math.floor(row / rows) !== Math.floor(column / columns)) return false;
  }
  return true;
}
