import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";

/** Operator of a whole grouped convolution in rewritten graphs. */
export const GROUPED_CONV = "SamoyedGroupedConv2D";

const registered = new WeakSet<object>();

/**
 * Registers the operator with TensorFlow.js: its kernel Conv2D without the check that the filter is as deep as the
 * image. On tfjs-node the kernel calls TensorFlow, which treats a filter with fewer channels as grouped.
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
