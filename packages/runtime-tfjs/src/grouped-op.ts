import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";

/** The operator that stands for a whole grouped convolution, in graphs that were rewritten here. */
export const GROUPED_CONV = "SamoyedGroupedConv2D";

const registered = new WeakSet<object>();

/**
 * Makes the operator known to TensorFlow.js: its kernel Conv2D without the check that the filter is as deep as the
 * image. On tfjs-node the kernel hands over to TensorFlow, which takes a filter of fewer channels as one of groups.
 */
export function registerGroupedConv({ core, converter }: Tf): void {
  if (registered.has(converter.registerOp)) return;
  registered.add(converter.registerOp);
  converter.registerOp(GROUPED_CONV, ({ inputs, attrs }) => {
    const [x, filter] = inputs as [Tensor, Tensor];
    const window = (name: string): number[] => ((attrs[name] as number[] | undefined) ?? [1, 1, 1, 1]).slice(1, 3);
    const attributes = {
      strides: window("strides"),
      dilations: window("dilations"),
      pad: attrs["padding"] as string,
      dataFormat: "NHWC",
    };
    return core.engine().runKernel<Tensor>("Conv2D", { x, filter }, attributes);
  });
}
