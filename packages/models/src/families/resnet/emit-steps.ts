import type { GraphBuilder } from "@samoyed/graph";
import { float, int, ints, string } from "@samoyed/ir";
import type { Activation, ResNetConfig } from "./config.ts";
import { NORM_GROUPS } from "./plan-parts.ts";
import type { AvgPoolStep, BlurStep, ConvStep, EcaStep, MaxPoolStep, NormStep, SqueezeStep, Step } from "./steps.ts";
import type { WeightScope } from "../../weights.ts";

/** The destination of nodes and the source of weights. */
export interface EmitContext {
  readonly builder: GraphBuilder;
  readonly weights: WeightScope;
  readonly config: ResNetConfig;
}

function emitConv({ builder, weights }: EmitContext, x: string, step: ConvStep): string {
  const { path, kernel, stride, padding, dilation, groups, bias } = step;
  const inputs = [x, weights.weight(`${path}.weight`), ...(bias ? [weights.weight(`${path}.bias`)] : [])];
  return builder.node("Conv", inputs, {
    name: path,
    attributes: {
      dilations: ints([dilation, dilation]),
      group: int(groups),
      kernel_shape: ints([kernel, kernel]),
      pads: ints([padding, padding, padding, padding]),
      strides: ints([stride, stride]),
    },
  });
}

/** Opset 17 has no group norm like PyTorch's: the groups are normalized as the instances of a wider image. */
function emitGroupNorm({ builder, weights, config }: EmitContext, x: string, { path, channels }: NormStep): string {
  // [N, C, H, W] → [N, groups, C / groups * H, W]; Reshape copies the sizes at 0.
  const grouped = builder.node("Reshape", [x, weights.integers("groupnorm.groups", [0, NORM_GROUPS, -1, 0])], {
    name: `${path}.group`,
  });
  const ones = weights.constant("groupnorm.ones", [NORM_GROUPS], new Array<number>(NORM_GROUPS).fill(1));
  const zeros = weights.constant("groupnorm.zeros", [NORM_GROUPS], new Array<number>(NORM_GROUPS).fill(0));
  const normal = builder.node("InstanceNormalization", [grouped, ones, zeros], {
    name: `${path}.normalize`,
    attributes: { epsilon: float(config.normEps) },
  });
  const shape = weights.integers(`groupnorm.channels${channels}`, [0, channels, -1, 0]);
  const image = builder.node("Reshape", [normal, shape], { name: `${path}.ungroup` });
  const perChannel = { shape: [channels, 1, 1] };
  const scaled = builder.node("Mul", [image, weights.weight(`${path}.weight`, perChannel)], { name: `${path}.scale` });
  return builder.node("Add", [scaled, weights.weight(`${path}.bias`, perChannel)], { name: path });
}

function emitNorm(context: EmitContext, x: string, step: NormStep): string {
  const { builder, weights, config } = context;
  if (config.normLayer === "groupnorm") return emitGroupNorm(context, x, step);
  const tensors = ["weight", "bias", "running_mean", "running_var"].map((name) =>
    weights.weight(`${step.path}.${name}`),
  );
  return builder.node("BatchNormalization", [x, ...tensors], {
    name: step.path,
    attributes: { epsilon: float(config.normEps) },
  });
}

/** The nodes of each activation; the value is named by the module's path, or `output`. */
const ACTIVATIONS: Readonly<
  Record<Activation, (context: EmitContext, x: string, name: string, output: string) => string>
> = {
  relu: ({ builder }, x, name, output) => builder.node("Relu", [x], { name, outputs: [output] }),
  silu: ({ builder }, x, name, output) => {
    const gate = builder.node("Sigmoid", [x], { name: `${name}.gate` });
    return builder.node("Mul", [x, gate], { name, outputs: [output] });
  },
  // PyTorch's default slope.
  leaky_relu: ({ builder }, x, name, output) =>
    builder.node("LeakyRelu", [x], { name, outputs: [output], attributes: { alpha: float(0.01) } }),
  // x · min(1, max(0, x / 6 + ½))
  hard_swish: ({ builder }, x, name, output) => {
    const gate = builder.node("HardSigmoid", [x], {
      name: `${name}.gate`,
      attributes: { alpha: float(1 / 6), beta: float(0.5) },
    });
    return builder.node("Mul", [x, gate], { name, outputs: [output] });
  },
  // x / 2 · (1 + erf(x / √2)); the operator Gelu came with opset 20.
  gelu: ({ builder, weights }, x, name, output) => {
    const scaled = builder.node("Mul", [x, weights.constant("gelu.sqrt_half", [], [Math.SQRT1_2])], {
      name: `${name}.scale`,
    });
    const erf = builder.node("Erf", [scaled], { name: `${name}.erf` });
    const gate = builder.node("Add", [erf, weights.constant("gelu.one", [], [1])], { name: `${name}.gate` });
    const half = builder.node("Mul", [x, weights.constant("gelu.half", [], [0.5])], { name: `${name}.half` });
    return builder.node("Mul", [half, gate], { name, outputs: [output] });
  },
};

/** Adds the network's activation; its value is named like the module unless `output` says otherwise. */
export function emitActivation(context: EmitContext, x: string, path: string, output: string = path): string {
  return ACTIVATIONS[context.config.actLayer](context, x, path, output);
}

function emitMaxPool({ builder }: EmitContext, x: string, { path, stride }: MaxPoolStep): string {
  const attributes = { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([stride, stride]) };
  return builder.node("MaxPool", [x], { name: path, attributes });
}

function emitAvgPool({ builder }: EmitContext, x: string, { path, size, edge }: AvgPoolStep): string {
  const stride = edge === "same" ? 1 : size;
  return builder.node("AveragePool", [x], {
    name: path,
    attributes: {
      ceil_mode: int(edge === "ceil" ? 1 : 0),
      // timm pads with zeros before it averages, so they count.
      count_include_pad: int(edge === "same" ? 1 : 0),
      kernel_shape: ints([size, size]),
      pads: ints(edge === "same" ? [0, 0, 1, 1] : [0, 0, 0, 0]),
      strides: ints([stride, stride]),
    },
  });
}

function emitBlur({ builder, weights }: EmitContext, x: string, { path, channels, stride }: BlurStep): string {
  const pads = weights.integers("blur.pads", [0, 0, 1, 1, 0, 0, 1, 1]);
  const padded = builder.node("Pad", [x, pads], { name: `${path}.pad`, attributes: { mode: string("reflect") } });
  const binomial = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((coefficient) => coefficient / 16);
  const values = Array.from({ length: channels }, () => binomial).flat();
  const filter = weights.constant(`blur.filter${channels}`, [channels, 1, 3, 3], values);
  return builder.node("Conv", [padded, filter], {
    name: path,
    attributes: { group: int(channels), kernel_shape: ints([3, 3]), strides: ints([stride, stride]) },
  });
}

function emitSqueeze(context: EmitContext, x: string, { path, reduce, expand }: SqueezeStep): string {
  const { builder } = context;
  const mean = builder.node("GlobalAveragePool", [x], { name: `${path}.mean` });
  const reduced = builder.node("Relu", [emitConv(context, mean, reduce)], { name: `${path}.act` });
  const gate = builder.node("Sigmoid", [emitConv(context, reduced, expand)], { name: `${path}.gate` });
  return builder.node("Mul", [x, gate], { name: path });
}

/** The convolution over channels runs on an image one pixel wide, with the channels as its height. */
function emitEca({ builder, weights }: EmitContext, x: string, { path, kernel }: EcaStep): string {
  const swap = { perm: ints([0, 2, 1, 3]) };
  const mean = builder.node("GlobalAveragePool", [x], { name: `${path}.mean` });
  const column = builder.node("Transpose", [mean], { name: `${path}.column`, attributes: swap });
  const weight = weights.weight(`${path}.conv.weight`, { shape: [1, 1, kernel, 1] });
  const pad = (kernel - 1) / 2;
  const mixed = builder.node("Conv", [column, weight], {
    name: `${path}.conv`,
    attributes: { kernel_shape: ints([kernel, 1]), pads: ints([pad, 0, pad, 0]) },
  });
  const gate = builder.node("Sigmoid", [mixed], { name: `${path}.gate` });
  const channels = builder.node("Transpose", [gate], { name: `${path}.channels`, attributes: swap });
  return builder.node("Mul", [x, channels], { name: path });
}

/** Adds the pooling before the classifier: timm's `SelectAdaptivePool2d`. */
export function emitGlobalPool({ builder, weights, config: { globalPool } }: EmitContext, x: string): string {
  const name = "global_pool.pool";
  if (globalPool !== "avgmax") {
    return builder.node(globalPool === "avg" ? "GlobalAveragePool" : "GlobalMaxPool", [x], { name });
  }
  const mean = builder.node("GlobalAveragePool", [x], { name: `${name}.avg` });
  const largest = builder.node("GlobalMaxPool", [x], { name: `${name}.max` });
  const sum = builder.node("Add", [mean, largest], { name: `${name}.sum` });
  return builder.node("Mul", [sum, weights.constant("global_pool.half", [], [0.5])], { name });
}

/** Adds one module to the graph and returns its value; node and value are named by the module's path. */
export function emitStep(context: EmitContext, x: string, step: Step): string {
  switch (step.kind) {
    case "conv":
      return emitConv(context, x, step);
    case "norm":
      return emitNorm(context, x, step);
    case "act":
      return emitActivation(context, x, step.path);
    case "maxpool":
      return emitMaxPool(context, x, step);
    case "avgpool":
      return emitAvgPool(context, x, step);
    case "blur":
      return emitBlur(context, x, step);
    case "se":
      return emitSqueeze(context, x, step);
    default:
      return emitEca(context, x, step);
  }
}
