import { UsageError } from "@samoyed/core";
import type { ResNetConfig } from "./config.ts";
import type { ConvStep, Step } from "./steps.ts";

/** A configuration, and its pruned widths by path. */
export interface PlanContext {
  readonly config: ResNetConfig;
  readonly widths: ReadonlyMap<string, number>;
}

/** timm's `GroupNorm` (`layers/norm.py`) always has this many groups. */
export const NORM_GROUPS = 32;

type ConvOptions = Pick<ConvStep, "inChannels" | "outChannels" | "kernel"> &
  Partial<Pick<ConvStep, "stride" | "dilation" | "groups" | "bias">>;

/**
 * A convolution with timm's symmetric padding (`layers/padding.py`, `get_padding`), with its width after pruning.
 *
 * @throws UsageError when the groups do not divide the channels.
 */
export function conv({ widths }: PlanContext, path: string, options: ConvOptions): ConvStep {
  const { inChannels, kernel, stride = 1, dilation = 1, groups = 1, bias = false } = options;
  const outChannels = widths.get(path) ?? options.outChannels;
  if (outChannels < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new UsageError(`${path}: no convolution from ${inChannels} to ${outChannels} channels has ${groups} groups`, {
      hint: "Choose channels, baseWidth and cardinality that divide.",
    });
  }
  return {
    kind: "conv",
    path,
    inChannels,
    outChannels,
    kernel,
    stride,
    padding: Math.floor((stride - 1 + dilation * (kernel - 1)) / 2),
    dilation,
    groups,
    bias,
  };
}

/**
 * The norm after a convolution.
 *
 * @throws UsageError when group norm's groups do not divide the channels.
 */
export function norm(
  { config }: PlanContext,
  path: string,
  { after: { outChannels }, last = false }: { readonly after: ConvStep; readonly last?: boolean },
): Step {
  if (config.normLayer === "groupnorm" && outChannels % NORM_GROUPS !== 0) {
    throw new UsageError(`${path}: ${outChannels} channels do not divide into group norm's ${NORM_GROUPS} groups`);
  }
  return { kind: "norm", path, channels: outChannels, last };
}

/** The anti-aliasing in place of a stride (`layers/blur_pool.py`, `create_aa`); averaging over one pixel adds no step. */
export function antiAlias(
  { config }: PlanContext,
  path: string,
  { channels, stride }: { readonly channels: number; readonly stride: number },
): readonly Step[] {
  if (config.aaLayer === "blur") return [{ kind: "blur", path, channels, stride }];
  if (config.aaLayer === "none" || stride === 1) return [];
  return [{ kind: "avgpool", path, size: stride, edge: "floor" }];
}

/** Rounds to a multiple of 8, at least 8 (`layers/helpers.py`, `make_divisible` with `round_limit` 0). */
function roundTo8(channels: number): number {
  return Math.max(8, Math.floor(Math.trunc(channels + 4) / 8) * 8);
}

/** The inner width of squeeze-and-excitation for a number of channels (`layers/squeeze_excite.py`). */
export function seWidth(channels: number, ratio: number): number {
  return roundTo8(channels * ratio);
}

/** The kernel of efficient channel attention for a number of channels (`layers/eca.py`). */
export function ecaKernel(channels: number): number {
  const size = Math.trunc(Math.abs(Math.log2(channels) + 1) / 2);
  return Math.max(size % 2 === 1 ? size : size + 1, 3);
}

/** The attention that ends a block. `nominal` is the width before pruning, from which timm derives its size. */
export function attention(
  context: PlanContext,
  path: string,
  { channels, nominal }: { readonly channels: number; readonly nominal: number },
): readonly Step[] {
  const { attention: kind, seRatio } = context.config;
  if (kind === "eca") return [{ kind, path, kernel: ecaKernel(nominal) }];
  if (kind === "none") return [];
  const inner = { kernel: 1, bias: true };
  const reduce = conv(context, `${path}.fc1`, {
    inChannels: channels,
    outChannels: seWidth(nominal, seRatio),
    ...inner,
  });
  const expand = conv(context, `${path}.fc2`, { inChannels: reduce.outChannels, outChannels: channels, ...inner });
  return [{ kind, path, reduce, expand }];
}
