import { elementCount, lazyTensor } from "@samoyed/core";
import { type BlockWindows, int, ints, type Node, readBlockWindows } from "@samoyed/ir";
import { tensorOf } from "../../interpreter/elements.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * Windows are added up by a transposed convolution whose kernels each fill one place of the window:
 *
 *   Col2Im(x [N, C · P, L]) = ConvTranspose(Reshape(x, [N, C · P, l₁, l₂, …]), one-hot [C · P, 1, k₁, k₂, …], group C)
 *
 * What rounding the number of windows down leaves at the end of an axis is its output padding.
 */

function windowsOf(node: Node, view: GraphView): BlockWindows | undefined {
  const [image, block] = [view.integers(node.inputs[1]!), view.integers(node.inputs[2]!)];
  return image && block && readBlockWindows(node, { image, block });
}

/** Spells Col2Im, which came with operator set 18, by a transposed convolution. */
export const col2im: NodeRule = {
  name: "col2im",
  ops: ["Col2Im"],
  into: ["ConvTranspose", "Reshape"],
  check(node, view) {
    const coarse = unknownInput(node, view) ?? coarseInput(node, view);
    if (coarse !== undefined) return coarse;
    return windowsOf(node, view) === undefined ? "the sizes of its images or blocks are not known" : undefined;
  },
  expand(node, emit) {
    const { image, block, strides, dilations, begin, end, counts } = windowsOf(node, emit.view)!;
    const rows = knownInput(node, emit.view).shape[1] as number;
    const blocks = elementCount(block);
    const values = Float64Array.from({ length: rows * blocks }, (_, at) =>
      Number(Math.floor(at / blocks) % blocks === at % blocks),
    );
    const kernel = tensorOf({ dtype: floatType(node, emit.view), shape: [rows, 1, ...block] }, values);
    const rest = image.map((size, axis) => {
      const extent = dilations[axis]! * (block[axis]! - 1) + 1;
      return size - ((counts[axis]! - 1) * strides[axis]! - begin[axis]! - end[axis]! + extent);
    });
    const grid = emit.node("Reshape", [node.inputs[0]!, emit.ints([0, rows, ...counts])]);
    emit.result("ConvTranspose", [grid, emit.weight(lazyTensor(`${node.name}.windows`, kernel))], {
      kernel_shape: ints(block),
      strides: ints(strides),
      dilations: ints(dilations),
      pads: ints([...begin, ...end]),
      output_padding: ints(rest),
      group: int(rows / blocks),
    });
  },
};
