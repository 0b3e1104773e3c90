import { lazyTensor, type Shape } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { wave } from "./tensors.ts";

/** Options of `tinyGraph`. */
export interface TinyGraphOptions {
  /** Height and width of the images; `"open"` for any. Default 8. */
  readonly size?: number | "open";
  /** Channels of both convolutions. Default 16. */
  readonly channels?: number;
  /** Groups of the second convolution. Default 4. */
  readonly groups?: number;
}

/** A classifier with few weights, [N, 3, size, size] to [N, 4], with a grouped convolution and a shortcut; values are named like the nodes. */
export function tinyGraph({ size = 8, channels = 16, groups = 4 }: TinyGraphOptions = {}): Graph {
  const b = createBuilder({ name: "tiny" });
  const weight = (name: string, shape: Shape, phase: number): string =>
    b.initializer(lazyTensor(name, wave(shape, phase)));
  const image = size === "open" ? ["H", "W"] : [size, size];
  const input = b.input("input", "float32", ["N", 3, ...image]);
  const stem = [weight("conv.weight", [channels, 3, 3, 3], 1), weight("conv.bias", [channels], 2)];
  const conv = b.node("Conv", [input, ...stem], { name: "conv", attributes: { pads: ints([1, 1, 1, 1]) } });
  const relu = b.node("Relu", [conv], { name: "relu" });
  const grouped = b.node("Conv", [relu, weight("grouped.weight", [channels, channels / groups, 3, 3], 3)], {
    name: "grouped",
    attributes: { pads: ints([1, 1, 1, 1]), group: int(groups) },
  });
  const sum = b.node("Add", [grouped, relu], { name: "sum" });
  const again = b.node("Relu", [sum], { name: "again" });
  const pool = b.node("GlobalAveragePool", [again], { name: "pool" });
  const flat = b.node("Flatten", [pool], { name: "features" });
  const logits = b.node("Gemm", [flat, weight("fc.weight", [4, channels], 4), weight("fc.bias", [4], 5)], {
    name: "fc",
    attributes: { transB: int(1) },
    outputs: ["logits"],
  });
  b.output(logits);
  return b.finish();
}
