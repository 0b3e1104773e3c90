import { elementCount, lazyTensor } from "@samoyed/core";
import {
  int,
  ints,
  kernelExtent,
  readInt,
  readInts,
  readWindow,
  string,
  type Node,
  type WindowAttributes,
} from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { knownInput, unknownInput } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * AveragePool has dilations since operator set 19. Where every window has as many elements, the mean is a depthwise
 * convolution with equal weights:
 *
 *   AveragePool(x [N, C, …], kernel k, dilations d) = Conv(x, W, group = C, dilations d)    W [C, 1, k…] = 1 / Π k
 *
 * Windows differ in their number of elements where the padding does not count, or where ceil_mode adds a partial one.
 */

function windowOf(node: Node): WindowAttributes {
  return readWindow(node, readInts(node, "kernel_shape")!);
}

function isPartial(window: WindowAttributes, spatial: readonly (number | string)[]): boolean {
  return spatial.some((size, axis) => {
    const stride = window.strides[axis]!;
    if (stride === 1) return false;
    if (typeof size === "string" || window.pads === undefined) return true;
    return (size + window.pads.begin[axis]! + window.pads.end[axis]! - kernelExtent(window, axis)) % stride !== 0;
  });
}

/** Spells a dilated average pool as a convolution. */
export const dilatedAverage: NodeRule = {
  name: "dilatedAverage",
  ops: ["AveragePool"],
  applies: (node) => (readInts(node, "dilations") ?? []).some((dilation) => dilation !== 1),
  check(node, view: GraphView) {
    const unknown = unknownInput(node, view);
    if (unknown !== undefined) return unknown;
    const { shape, dtype } = knownInput(node, view);
    if (dtype !== "float32") return `it is dilated, and works on ${dtype}`;
    if (typeof shape[1] !== "number") return "it is dilated, and its channels are not known";
    const window = windowOf(node);
    const padded =
      window.pads === undefined
        ? window.autoPad !== "VALID"
        : [...window.pads.begin, ...window.pads.end].some((pad) => pad > 0);
    if (padded && readInt(node, "count_include_pad", 0) === 0) return "it is dilated, and its padding does not count";
    return readInt(node, "ceil_mode", 0) !== 0 && isPartial(window, shape.slice(2))
      ? "it is dilated, and its last window is partial"
      : undefined;
  },
  expand(node, emit) {
    const channels = knownInput(node, emit.view).shape[1] as number;
    const { kernel, strides, dilations, pads, autoPad } = windowOf(node);
    const shape = [channels, 1, ...kernel];
    const data = new Float32Array(elementCount(shape)).fill(1 / elementCount(kernel));
    const weight = emit.weight(lazyTensor(`${node.name}.weight`, { dtype: "float32", shape, data }));
    emit.result("Conv", [node.inputs[0]!, weight], {
      dilations: ints(dilations),
      group: int(channels),
      kernel_shape: ints(kernel),
      ...(pads === undefined ? { auto_pad: string(autoPad) } : { pads: ints([...pads.begin, ...pads.end]) }),
      strides: ints(strides),
    });
  },
};
