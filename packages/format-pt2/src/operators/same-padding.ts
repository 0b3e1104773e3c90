import { int, ints, string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Attributes } from "../lowering/emitter.ts";
import type { Lowerings } from "../lowering/lowering.ts";
import { convolve } from "./convolution.ts";

/*
 * Operators of Samoyed's own exporter (tools/oracle/samoyed_oracle/architectures/same_padding.py): a convolution or
 * pool with timm's padding "same", which depends on the image's size. It is ONNX's SAME_UPPER.
 */

const SAME: Attributes = { auto_pad: string("SAME_UPPER") };

function pool(call: Call, op: string, attributes: Attributes): string {
  return call.emit(op, [call.tensor("input").value], {
    kernel_shape: ints(call.ints("kernel_size")),
    strides: ints(call.ints("stride")),
    ...attributes,
    ...SAME,
  });
}

/** Padding that depends on the image's size. */
export const SAME_PADDING: Lowerings = {
  "samoyed.conv2d_same.default": (call) => convolve(call, () => SAME),
  "samoyed.max_pool2d_same.default": (call) => pool(call, "MaxPool", { dilations: ints(call.ints("dilation")) }),
  // timm pads before it pools: its zeros count.
  "samoyed.avg_pool2d_same.default": (call) => pool(call, "AveragePool", { count_include_pad: int(1) }),
};
