import type { Shape, StandInFill } from "@samoyed/core";
import type { Classifier } from "../../family.ts";
import {
  CLASSIFIER_BIAS,
  CLASSIFIER_WEIGHT,
  CONVOLUTION_BIAS,
  heNormal,
  LAST_NORM_WEIGHT,
  NORM_BIAS,
  NORM_MEAN,
  NORM_VARIANCE,
  NORM_WEIGHT,
  ONES,
  ZEROS,
} from "../../fills.ts";
import type { Parameter } from "../../parameter.ts";
import type { ResNetConfig } from "./config.ts";
import { planNetwork } from "./plan.ts";
import type { ConvStep, NormStep, Step } from "./steps.ts";

/** The classifier of every ResNet. */
export const CLASSIFIER: Classifier = { tensors: ["fc.weight", "fc.bias"] };

type Entry = readonly [name: string, parameter: Parameter];

function entry(name: string, shape: Shape, fill: StandInFill): Entry {
  return [name, { shape, dtype: "float32", fill }];
}

function convEntries({ path, inChannels, outChannels, kernel, groups, bias }: ConvStep): Entry[] {
  const shape = [outChannels, inChannels / groups, kernel, kernel];
  const weight = entry(`${path}.weight`, shape, heNormal(shape));
  return bias ? [weight, entry(`${path}.bias`, [outChannels], CONVOLUTION_BIAS)] : [weight];
}

function normEntries({ path, channels, last }: NormStep, normLayer: ResNetConfig["normLayer"]): Entry[] {
  if (normLayer === "groupnorm") {
    return [entry(`${path}.weight`, [channels], ONES), entry(`${path}.bias`, [channels], ZEROS)];
  }
  return [
    entry(`${path}.weight`, [channels], last ? LAST_NORM_WEIGHT : NORM_WEIGHT),
    entry(`${path}.bias`, [channels], NORM_BIAS),
    entry(`${path}.running_mean`, [channels], NORM_MEAN),
    entry(`${path}.running_var`, [channels], NORM_VARIANCE),
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
