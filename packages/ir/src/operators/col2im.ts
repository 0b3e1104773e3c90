import { elementCount } from "@samoyed/core";
import { readInts } from "../attributes.ts";
import { nodeFormatError, nodeShapeError } from "../node-errors.ts";
import type { Node, TypedTensor, ValueType } from "../types.ts";
import { constantInts, describeInput, type InferCall, inputError, inputType, type RuleTable } from "./rule.ts";

/** Windows of a Col2Im along each axis of its images. */
export interface BlockWindows {
  readonly image: readonly number[];
  readonly block: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begin: readonly number[];
  readonly end: readonly number[];
  /** The number of windows along each axis. */
  readonly counts: readonly number[];
}

/**
 * Reads the windows of a Col2Im for images and blocks of known sizes.
 *
 * @throws FormatError when an attribute does not fit them.
 */
export function readBlockWindows(
  node: Node<TypedTensor>,
  { image, block }: { readonly image: readonly number[]; readonly block: readonly number[] },
): BlockWindows {
  const rank = image.length;
  const read = (name: string, length: number, fallback: number): readonly number[] => {
    const values = readInts(node, name) ?? new Array<number>(length).fill(fallback);
    if (values.length !== length || values.some((value) => value < fallback)) {
      throw nodeFormatError(node, `attribute "${name}" is [${values.join(", ")}]; expected ${length} values`);
    }
    return values;
  };
  if (block.length !== rank || [...image, ...block].some((size) => size < 1)) {
    throw nodeFormatError(node, `its images are [${image.join(", ")}], its blocks [${block.join(", ")}]`);
  }
  const [strides, dilations, pads] = [read("strides", rank, 1), read("dilations", rank, 1), read("pads", 2 * rank, 0)];
  const [begin, end] = [pads.slice(0, rank), pads.slice(rank)];
  const counts = image.map((size, axis) => {
    const extent = dilations[axis]! * (block[axis]! - 1) + 1;
    return Math.floor((size + begin[axis]! + end[axis]! - extent) / strides[axis]!) + 1;
  });
  return { image, block, strides, dilations, begin, end, counts };
}

function inferCol2Im(call: InferCall): readonly (ValueType | undefined)[] {
  const x = inputType(call, 0);
  const [image, block] = [constantInts(call, 1), constantInts(call, 2)];
  if (image === undefined || block === undefined) return [undefined];
  const { counts } = readBlockWindows(call.node, { image, block });
  const [batch, rows, columns] = x.shape;
  if (x.shape.length !== 3 || typeof rows !== "number" || rows % elementCount(block) !== 0) {
    throw nodeShapeError(call.node, `${describeInput(call, 0)}; expected [N, C · ${elementCount(block)}, windows]`);
  }
  if (typeof columns === "number" && columns !== elementCount(counts)) {
    throw inputError(call, 0, `${elementCount(counts)} windows`);
  }
  return [{ dtype: x.dtype, shape: [batch!, rows / elementCount(block), ...image] }];
}

/** Windows added up as an image (onnx/docs/Operators.md, Col2Im). */
export const COL2IM: RuleTable = {
  Col2Im: {
    since: 18,
    inputs: [3, 3],
    attributes: { dilations: "ints", pads: "ints", strides: "ints" },
    infer: inferCol2Im,
  },
};
