import { UnsupportedError } from "@samoyed/core";
import type { Modules } from "../../modules.ts";
import { STAGES } from "./config.ts";
import { NORM_GROUPS } from "./plan-parts.ts";

/** Values of `activation` by PyTorch's classes. */
const ACTIVATIONS: ReadonlyMap<string, string> = new Map([
  ["ReLU", "relu"],
  ["SiLU", "silu"],
  ["GELU", "gelu"],
  ["LeakyReLU", "leaky_relu"],
  ["Hardswish", "hard_swish"],
]);
const LEAKY_SLOPE = 0.01;

/** timm's `act1`, `layer1.0.act2`, and torchvision's `relu`, `layer1.0.relu`. */
const ACTIVATION = /^(?:layer\d\.\d+\.)?(?:act\d|relu)$/;

type Module = NonNullable<ReturnType<Modules["get"]>>;

/** A class's name without its module. */
const classOf = ({ class: global }: Module): string => global.slice(global.lastIndexOf(".") + 1);

function refuse(path: string, what: string): UnsupportedError {
  return new UnsupportedError(`the module ${path} is ${what}, which is not supported in a ResNet`, {
    hint: "Export the network with torch.export, and convert the .pt2 file.",
  });
}

/** A number, or the one that a tuple repeats. */
function numberOf(module: Module | undefined, name: string): number | undefined {
  const value = module?.settings.get(name);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const isSame = !Array.isArray(value) || value.every((item) => item === first);
  return typeof first === "number" && isSame ? first : undefined;
}

/** The one value that all modules have. */
function agreed(values: readonly (readonly [path: string, value: string])[]): string | undefined {
  const [first] = values;
  const other = values.find(([, value]) => value !== first![1]);
  if (other !== undefined) throw refuse(other[0], `${other[1]} where ${first![0]} is ${first![1]}`);
  return first?.[1];
}

function activationOf(modules: Modules): string | undefined {
  const found = [...modules].filter(([path]) => ACTIVATION.test(path));
  return agreed(
    found.map(([path, module]) => {
      const value = ACTIVATIONS.get(classOf(module));
      const slope = numberOf(module, "negative_slope") ?? LEAKY_SLOPE;
      if (value === undefined || slope !== LEAKY_SLOPE) throw refuse(path, module.class);
      return [path, value];
    }),
  );
}

function epsilonOf(modules: Modules): string | undefined {
  const found = [...modules].flatMap(([path, module]) => {
    const epsilon = /Norm/.test(classOf(module)) ? numberOf(module, "eps") : undefined;
    return epsilon === undefined ? [] : [[path, epsilon.toExponential()] as const];
  });
  return agreed(found);
}

function antiAliasingOf(modules: Modules): string | undefined {
  const found = [...modules].filter(([path]) => /^layer\d\.\d+\.aa$/.test(path));
  const kinds = found.map(([path, module]): readonly [string, string] => {
    const name = classOf(module);
    if (name === "Identity") return [path, "none"];
    if (name === "BlurPool2d") return [path, "blur"];
    if (name === "AvgPool2d") return [path, "avg"];
    throw refuse(path, module.class);
  });
  // Only the blocks with a stride have it.
  return agreed(kinds.filter(([, kind]) => kind !== "none")) ?? (found.length > 0 ? "none" : undefined);
}

function stemPoolingOf(modules: Modules): string | undefined {
  const module = modules.get("maxpool");
  if (module === undefined) return undefined;
  const name = classOf(module);
  if (name === "Identity") return "none";
  if (name === "MaxPool2d") {
    const [size, stride, padding] = ["kernel_size", "stride", "padding"].map((key) => numberOf(module, key));
    if (size === 3 && stride === 2 && padding === 1) return "max";
    throw refuse("maxpool", `a maximum of ${size} × ${size}, stride ${stride}, padding ${padding}`);
  }
  // With anti-aliasing or a convolution, whose tensors or kind say what it is.
  return name === "Sequential" || name === "AvgPool2d" ? "max" : undefined;
}

function poolingOf(modules: Modules): string | undefined {
  const selected = modules.get("global_pool")?.settings.get("pool_type");
  if (typeof selected === "string") {
    const value = selected.replace(/^fast/, "");
    if (value === "avg" || value === "max" || value === "avgmax") return value;
    throw refuse("global_pool", `a pooling of ${JSON.stringify(selected)}`);
  }
  const module = modules.get("avgpool");
  if (module === undefined) return undefined;
  if (classOf(module) === "AdaptiveAvgPool2d" && numberOf(module, "output_size") === 1) return "avg";
  if (classOf(module) === "AdaptiveMaxPool2d" && numberOf(module, "output_size") === 1) return "max";
  throw refuse("avgpool", module.class);
}

/** The strides of a stage's first block. */
function stridesOf(modules: Modules, stage: number): { readonly conv1: number; readonly all: number } {
  const stride = (name: string): number => numberOf(modules.get(`layer${stage}.0.${name}`), "stride") ?? 1;
  const conv1 = stride("conv1");
  return { conv1, all: conv1 * stride("conv2") * stride("aa") };
}

function strideSettings(modules: Modules): readonly (readonly [string, string])[] {
  const stem = modules.get("conv1");
  const isSmall = numberOf(stem, "kernel_size") === 3;
  const stemStride = numberOf(stem, "stride");
  if (stemStride === 1 && !isSmall) throw refuse("conv1", "a convolution of stride 1");
  const stages = Array.from({ length: STAGES - 1 }, (_, index) => stridesOf(modules, index + 2));
  const total = stages.reduce((product, { all }) => product * all, 4);
  if (![8, 16, 32].includes(total)) throw refuse("layer2", `a stage after which the output stride is ${total}`);
  const isBottleneck = modules.has("layer1.0.conv3");
  const first = stages.some(({ conv1 }) => conv1 > 1) ? "conv1" : "conv2";
  if (isSmall && total !== 32) throw refuse("layer2", "a stage without its stride");
  const strides = isSmall
    ? (["stem-stride", String(stemStride ?? 1)] as const)
    : (["output-stride", String(total)] as const);
  return [strides, ...(isBottleneck ? [["stride-in", first] as const] : [])];
}

/**
 * The settings of a ResNet that its modules have, of timm's and torchvision's names.
 *
 * @throws UnsupportedError for modules that are not built here.
 */
export function resnetModuleSettings(modules: Modules): ReadonlyMap<string, string> {
  const groups = [...modules].find(([, module]) => classOf(module) === "GroupNorm");
  const count = numberOf(groups?.[1], "num_groups");
  if (count !== undefined && count !== NORM_GROUPS) throw refuse(groups![0], `a group norm of ${count} groups`);
  const read = {
    activation: activationOf(modules),
    "anti-aliasing": antiAliasingOf(modules),
    "stem-pooling": stemPoolingOf(modules),
    pooling: poolingOf(modules),
    epsilon: epsilonOf(modules),
    "norm-groups": count === undefined ? undefined : String(count),
  };
  const found = Object.entries(read).flatMap(([setting, value]) =>
    value === undefined ? [] : [[setting, value] as const],
  );
  return new Map([...found, ...strideSettings(modules)]);
}
