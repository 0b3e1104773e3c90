import type { DType, Shape } from "@samoyed/core";
import type { ResNetConfig } from "./config.ts";
import { planNetwork } from "./plan.ts";
import type { ConvStep, NormStep, Step } from "./steps.ts";

/** What a tensor is to its network. `bn.last` is the weight of the norm that ends a block's residual branch. */
export type ParameterRole =
  | "conv"
  | "conv.bias"
  | "bn.weight"
  | "bn.last"
  | "bn.bias"
  | "bn.mean"
  | "bn.var"
  | "bn.count"
  | "fc.weight"
  | "fc.bias";

/** A tensor that a network's state dict has. */
export interface Parameter {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly role: ParameterRole;
}

type Entry = readonly [name: string, parameter: Parameter];

function entry(name: string, role: ParameterRole, shape: Shape, dtype: DType = "float32"): Entry {
  return [name, { shape, dtype, role }];
}

function convEntries({ path, inChannels, outChannels, kernel, groups, bias }: ConvStep): Entry[] {
  const weight = entry(`${path}.weight`, "conv", [outChannels, inChannels / groups, kernel, kernel]);
  return bias ? [weight, entry(`${path}.bias`, "conv.bias", [outChannels])] : [weight];
}

function normEntries({ path, channels, last }: NormStep, normLayer: ResNetConfig["normLayer"]): Entry[] {
  const affine = [
    entry(`${path}.weight`, last ? "bn.last" : "bn.weight", [channels]),
    entry(`${path}.bias`, "bn.bias", [channels]),
  ];
  if (normLayer === "groupnorm") return affine;
  return [
    ...affine,
    entry(`${path}.running_mean`, "bn.mean", [channels]),
    entry(`${path}.running_var`, "bn.var", [channels]),
    entry(`${path}.num_batches_tracked`, "bn.count", [], "int64"),
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
      return [entry(`${step.path}.conv.weight`, "conv", [1, 1, step.kernel])];
    default:
      return [];
  }
}

/**
 * The state dict of a network as PyTorch lists it: names, shapes, dtypes and roles, buffers included, in its order.
 *
 * With `numClasses` 0 there is no classifier. Equal to timm 1.0.29's `state_dict()` for every architecture listed.
 */
export function modelParameters(
  architecture: ResNetConfig,
  { numClasses }: { readonly numClasses: number },
): ReadonlyMap<string, Parameter> {
  const plan = planNetwork(architecture);
  const blocks = plan.stages.flatMap(({ blocks }) => blocks.flatMap(({ body, shortcut }) => [...body, ...shortcut]));
  const steps = [...plan.stem, ...plan.pool, ...blocks];
  const entries = steps.flatMap((step) => stepEntries(step, architecture.normLayer));
  if (numClasses > 0) {
    entries.push(
      entry("fc.weight", "fc.weight", [numClasses, plan.features]),
      entry("fc.bias", "fc.bias", [numClasses]),
    );
  }
  return new Map(entries);
}
