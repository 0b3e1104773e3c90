import {
  axisPads,
  ints,
  isKnown,
  readInts,
  readString,
  readWindow,
  convTransposeAxis,
  type Dim,
  type Node,
  type WindowAttributes,
} from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * `auto_pad` asks for the padding with which the output has ⌈size / stride⌉ elements (SAME), or for none (VALID);
 * a transposed convolution's `output_shape` asks for a size. With known sizes, or a stride of 1, the padding is known:
 *
 *   Conv(x [N, C, 8, 8], auto_pad = SAME_UPPER, kernel 3, stride 2) = Conv(x, pads = [0, 0, 1, 1])
 */

const OPS = ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "LpPool"];

function kernelOf(node: Node, view: GraphView): readonly number[] | undefined {
  if (!node.op.startsWith("Conv")) return readInts(node, "kernel_shape");
  const kernel = view.type(node.inputs[1]!)?.shape.slice(2);
  return kernel !== undefined && isKnown(kernel) ? kernel : undefined;
}

type Pads = readonly [begin: number, end: number];

function transposedPads(node: Node, window: WindowAttributes, axis: number, size: Dim): Pads | undefined {
  const known = typeof size === "number" ? size : 1;
  // Without a request the output has all elements; SAME cuts off equally many whatever the size.
  if (typeof size === "string" && readInts(node, "output_shape") !== undefined) return undefined;
  const { auto_pad: _, output_shape: __, pads: ___, ...rest } = node.attributes;
  const plain = { ...node, attributes: rest };
  const full = convTransposeAxis({ node: plain }, readWindow(plain, window.kernel), axis, known).size;
  const asked = convTransposeAxis({ node }, window, axis, known);
  const end = full - asked.size - asked.begin;
  return end < 0 ? undefined : [asked.begin, end];
}

function axisPadsOf(node: Node, window: WindowAttributes, axis: number, size: Dim): Pads | undefined {
  if (node.op === "ConvTranspose") return transposedPads(node, window, axis, size);
  if (typeof size === "number") return axisPads(window, axis, size);
  return window.strides[axis] === 1 || window.autoPad === "VALID" ? axisPads(window, axis, 1) : undefined;
}

/** The padding of every spatial axis, where it is known. */
function explicitPads(node: Node, view: GraphView): readonly number[] | undefined {
  const kernel = kernelOf(node, view);
  if (kernel === undefined) return undefined;
  const window = readWindow(node, kernel);
  const pads = knownInput(node, view)
    .shape.slice(2)
    .map((size, axis) => axisPadsOf(node, window, axis, size));
  const known = pads.filter((pad) => pad !== undefined);
  if (known.length < pads.length) return undefined;
  return [...known.map(([begin]) => begin), ...known.map(([, end]) => end)];
}

/** Makes padding explicit. */
export const autoPad: NodeRule = {
  name: "autoPad",
  ops: OPS,
  applies: (node) => "auto_pad" in node.attributes || "output_shape" in node.attributes,
  check(node, view) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    return explicitPads(node, view) === undefined
      ? `its padding (auto_pad ${readString(node, "auto_pad", "NOTSET")}) depends on sizes that are not known`
      : undefined;
  },
  expand(node, emit) {
    const { auto_pad: _, output_shape: __, ...attributes } = node.attributes;
    emit.result(node.op, node.inputs, { ...attributes, pads: ints(explicitPads(node, emit.view)!) });
  },
};
