import type { Shape, StandInFill } from "@samoyed/core";
import type { Classifier } from "../../family.ts";
import { CLASSIFIER_BIAS, CLASSIFIER_WEIGHT, heNormal, ONES, ZEROS } from "../../fills.ts";
import type { Parameter } from "../../parameter.ts";
import type { ResNetConfig } from "./config.ts";
import { planNetwork } from "./plan.ts";
import type { ConvStep, NormStep, Step } from "./steps.ts";

/**
 * The weight of the last norm of a block's residual branch, in a stand-in. Undamped, a random ResNeXt-101 amplifies
 * float32 noise 20-fold.
 */
const LAST_NORM_WEIGHT: StandInFill = { kind: "constant", value: 0.25 };

/** The classifier of every ResNet. */
export const CLASSIFIER: Classifier = { tensors: ["fc.weight", "fc.bias"] };

type Entry = readonly [name: string, parameter: Parameter];

function entry(name: string, shape: Shape, fill: StandInFill): Entry {
  return [name, { shape, dtype: "float32", fill }];
}

function convEntries({ path, inChannels, outChannels, kernel, groups, bias }: ConvStep): Entry[] {
  const shape = [outChannels, inChannels / groups, kernel, kernel];
  const weight = entry(`${path}.weight`, shape, heNormal(shape));
  return bias ? [weight, entry(`${path}.bias`, [outChannels], ZEROS)] : [weight];
}

function normEntries({ path, channels, last }: NormStep, normLayer: ResNetConfig["normLayer"]): Entry[] {
  const affine = [
    entry(`${path}.weight`, [channels], last ? LAST_NORM_WEIGHT : ONES),
    entry(`${path}.bias`, [channels], ZEROS),
  ];
  if (normLayer === "groupnorm") return affine;
  return [
    ...affine,
    entry(`${path}.running_mean`, [channels], ZEROS),
    entry(`${path}.running_var`, [channels], ONES),
    // PyTorch before 0.4.1 did not write it.
    [`${path}.num_batches_tracked`, { shape: [], dtype: "int64", fill: ZEROS, optional: true }],
  ];
}

function stepEntries(step: Step, normLayer: ResNetConfig["normLayer"]): readonly Entry[] {
  switch (step.kind) {
    case "conv":
      return convEntries(step);
    case "norm":
      return normEntries(step, normLayer);
    case "se":
      return [...convEntries(step.reduce), ...convEntries(step.expand)];
    case "eca":
      return [entry(`${step.path}.conv.weight`, [1, 1, step.kernel], heNormal([1, 1, step.kernel]))];
    default:
      return [];
  }
}

/** The state dict of a ResNet; see `Family.parameters`. */
export function resnetParameters(
  architecture: ResNetConfig,
  { numClasses }: { readonly numClasses: number },
): ReadonlyMap<string, Parameter> {
  const plan = planNetwork(architecture);
  const blocks = plan.stages.flatMap(({ blocks }) => blocks.flatMap(({ body, shortcut }) => [...body, ...shortcut]));
  const steps = [...plan.stem, ...plan.pool, ...blocks];
  const entries = steps.flatMap((step) => stepEntries(step, architecture.normLayer));
  if (numClasses > 0) {
    entries.push(
      entry("fc.weight", [numClasses, plan.features], CLASSIFIER_WEIGHT),
      entry("fc.bias", [numClasses], CLASSIFIER_BIAS),
    );
  }
  return new Map(entries);
}
