import { formatShape, type LazyTensor, UsageError } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { type Dim, type Graph, int } from "@samoyed/ir";
import { checkParameters } from "./check-parameters.ts";
import type { ResNetConfig } from "./config.ts";
import { type EmitContext, emitActivation, emitStep } from "./emit-steps.ts";
import { planNetwork } from "./plan.ts";
import type { Step } from "./steps.ts";
import { weightScope } from "./weights.ts";

/** What a graph is built from. */
export interface BuildModelOptions {
  readonly architecture: ResNetConfig;
  /** 0 for a checkpoint without a classifier. */
  readonly numClasses: number;
  /** The state dict, unwrapped; float16, bfloat16 and float64 weights become float32 as they are read. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Pooled features in place of logits: timm's `num_classes=0`. Always so where `numClasses` is 0. */
  readonly features?: boolean;
  /** Puts the feature maps of timm's `features_only` out as well. */
  readonly taps?: boolean;
  /** Channels, height, width; a string is a size left open. `[3, "H", "W"]` when absent. */
  readonly inputSize?: readonly [number, Dim, Dim];
  /** The graph's name; `resnet` when absent. */
  readonly name?: string;
}

/** The value of a tap, from timm's name of the module whose output it is. */
function tapName(module: string): string {
  return `tap.${module}`;
}

/**
 * The names of the outputs that `buildModel` adds for `taps`: `tap.act1`, `tap.layer1`, …, in order of falling
 * resolution; after the prefix stand the module names of timm's `feature_info`.
 */
export const TAP_NAMES: readonly string[] = ["act1", "layer1", "layer2", "layer3", "layer4"].map(tapName);

/**
 * The graph of a network: input `input`, float32 [N, channels, H, W]; output `logits` [N, classes], or `features` [N, width].
 *
 * Nodes and their values are named by PyTorch's module paths (`layer1.0.conv1`, `bn1`, `fc`), weights by their
 * state-dict names. Batch norms stay; the rewrites of `@samoyed/graph` fold them. With `taps`, the outputs named in
 * `TAP_NAMES` follow. Weights are not read: they stay lazy until the graph is written or run. Matches timm 1.0.29,
 * `models/resnet.py`, in evaluation mode.
 *
 * @throws MismatchError when the tensors are not the architecture's.
 * @throws UsageError when the input's channels are not the architecture's.
 */
export function buildModel(options: BuildModelOptions): Graph {
  const { architecture: config, numClasses, tensors, inputSize = [config.inChans, "H", "W"] } = options;
  if (inputSize[0] !== config.inChans) {
    throw new UsageError(`input size ${formatShape(inputSize)}; expected ${config.inChans} channels`);
  }
  checkParameters(tensors, { architecture: config, numClasses });
  const builder = createBuilder({ name: options.name ?? "resnet" });
  const context: EmitContext = { builder, weights: weightScope(builder, tensors), config };
  const emit = (x: string, steps: readonly Step[]): string =>
    steps.reduce((value, step) => emitStep(context, value, step), x);
  const tap = (path: string, module: string): string => (options.taps === true ? tapName(module) : path);

  const plan = planNetwork(config);
  let x = builder.input("input", "float32", ["N", ...inputSize]);
  x = emitActivation(context, emit(x, plan.stem), "act1", tap("act1", "act1"));
  x = emit(x, plan.pool);
  for (const { path: stage, blocks } of plan.stages) {
    for (const [index, { path, body, shortcut, act }] of blocks.entries()) {
      const sum = builder.node("Add", [emit(x, body), emit(x, shortcut)], { name: `${path}.add` });
      const isLast = index === blocks.length - 1;
      x = emitActivation(context, sum, act, isLast ? tap(act, stage) : act);
    }
  }
  const pooled = builder.node("GlobalAveragePool", [x], { name: "global_pool.pool" });
  const asFeatures = options.features === true || numClasses === 0;
  const flat = builder.node("Flatten", [pooled], {
    name: "global_pool.flatten",
    attributes: { axis: int(1) },
    ...(asFeatures && { outputs: ["features"] }),
  });
  if (asFeatures) {
    builder.output(flat);
  } else {
    const inputs = [flat, context.weights.weight("fc.weight"), context.weights.weight("fc.bias")];
    builder.output(builder.node("Gemm", inputs, { name: "fc", outputs: ["logits"], attributes: { transB: int(1) } }));
  }
  if (options.taps === true) for (const name of TAP_NAMES) builder.output(name);
  return builder.finish();
}
