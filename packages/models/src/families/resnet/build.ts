import { createBuilder } from "@samoyed/graph";
import { type Graph, int } from "@samoyed/ir";
import type { FamilyBuildOptions } from "../../family.ts";
import { tapName } from "../../tap-name.ts";
import { weightScope } from "../../weights.ts";
import type { ResNetConfig } from "./config.ts";
import { type EmitContext, emitActivation, emitGlobalPool, emitStep } from "./emit-steps.ts";
import { CLASSIFIER } from "./parameters.ts";
import { planNetwork } from "./plan.ts";
import type { Step } from "./steps.ts";

/** The modules of timm's `feature_info`. */
export const TAPS: readonly string[] = ["act1", "layer1", "layer2", "layer3", "layer4"];

/** Builds the graph of a ResNet; see `Family.build`. Matches timm 1.0.29, `models/resnet.py`, in evaluation mode. */
export function buildResNet(options: FamilyBuildOptions<ResNetConfig>): Graph {
  const { architecture: config, tensors, inputSize, name } = options;
  const builder = createBuilder({ name });
  const context: EmitContext = { builder, weights: weightScope(builder, tensors), config };
  const emit = (x: string, steps: readonly Step[]): string =>
    steps.reduce((value, step) => emitStep(context, value, step), x);
  const tap = (path: string, module: string): string => (options.taps ? tapName(module) : path);

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
  const pooled = emitGlobalPool(context, x);
  const asFeatures = options.output === "features";
  const flat = builder.node("Flatten", [pooled], {
    name: "global_pool.flatten",
    attributes: { axis: int(1) },
    ...(asFeatures && { outputs: ["features"] }),
  });
  if (asFeatures) {
    builder.output(flat);
  } else {
    const inputs = [flat, ...CLASSIFIER.tensors.map((tensor) => context.weights.weight(tensor))];
    builder.output(builder.node("Gemm", inputs, { name: "fc", outputs: ["logits"], attributes: { transB: int(1) } }));
  }
  if (options.taps) for (const module of TAPS) builder.output(tapName(module));
  return builder.finish();
}
