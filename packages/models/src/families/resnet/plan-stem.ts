import { antiAlias, conv, norm, type PlanContext } from "./plan-parts.ts";
import type { Step } from "./steps.ts";

/** The steps before `act1`, and their output channels. */
export function planStem(context: PlanContext): { readonly steps: readonly Step[]; readonly channels: number } {
  const { inChans, stemType, stemWidth, stemKernel, stemStride } = context.config;
  if (stemType === "plain") {
    const only = conv(context, "conv1", {
      inChannels: inChans,
      outChannels: 64,
      kernel: stemKernel,
      stride: stemStride,
    });
    return { steps: [only, norm(context, "bn1", { after: only })], channels: only.outChannels };
  }
  const narrow = stemType === "deep" ? stemWidth : 3 * Math.floor(stemWidth / 4);
  const first = conv(context, "conv1.0", { inChannels: inChans, outChannels: narrow, kernel: 3, stride: 2 });
  const second = conv(context, "conv1.3", { inChannels: first.outChannels, outChannels: stemWidth, kernel: 3 });
  const third = conv(context, "conv1.6", { inChannels: second.outChannels, outChannels: 2 * stemWidth, kernel: 3 });
  return {
    steps: [
      first,
      norm(context, "conv1.1", { after: first }),
      { kind: "act", path: "conv1.2" },
      second,
      norm(context, "conv1.4", { after: second }),
      { kind: "act", path: "conv1.5" },
      third,
      norm(context, "bn1", { after: third }),
    ],
    channels: third.outChannels,
  };
}

/** The steps of the module that timm names `maxpool`, which may be another operation. */
export function planStemPool(context: PlanContext, channels: number): readonly Step[] {
  const { aaLayer, replaceStemPool, stemPool } = context.config;
  if (stemPool === "none" && !replaceStemPool) return [];
  const pooled = { channels, stride: 2 };
  if (replaceStemPool) {
    const hasAa = aaLayer !== "none";
    const only = conv(context, "maxpool.0", {
      inChannels: channels,
      outChannels: channels,
      kernel: 3,
      stride: hasAa ? 1 : 2,
    });
    // The modules are numbered after dropping the absent ones.
    const next = hasAa ? 2 : 1;
    return [
      only,
      ...antiAlias(context, "maxpool.1", pooled),
      norm(context, `maxpool.${next}`, { after: only }),
      { kind: "act", path: `maxpool.${next + 1}` },
    ];
  }
  if (aaLayer === "none") return [{ kind: "maxpool", path: "maxpool", stride: 2 }];
  if (aaLayer === "avg") return antiAlias(context, "maxpool", pooled);
  return [{ kind: "maxpool", path: "maxpool.0", stride: 1 }, ...antiAlias(context, "maxpool.1", pooled)];
}
