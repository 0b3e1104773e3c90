import { antiAlias, attention, conv, norm, type PlanContext } from "./plan-parts.ts";
import type { Step } from "./steps.ts";

/** A block's position, and its effect on the image's size. */
export interface BlockGeometry {
  readonly path: string;
  readonly inChannels: number;
  /** timm's `planes`. */
  readonly planes: number;
  readonly stride: number;
  readonly dilation: number;
  /** The dilation of the previous block, which the first 3 × 3 convolution uses. */
  readonly firstDilation: number;
}

/** Whether the block's stride, or its change of dilation, is followed by anti-aliasing. */
function usesAa({ config }: PlanContext, { stride, dilation, firstDilation }: BlockGeometry): boolean {
  return config.aaLayer !== "none" && (stride === 2 || firstDilation !== dilation);
}

/** The residual branch of timm's `BasicBlock`, in the order of its state dict. */
export function planBasicBody(context: PlanContext, block: BlockGeometry): readonly Step[] {
  const { path, inChannels, planes, stride, dilation, firstDilation } = block;
  const useAa = usesAa(context, block);
  const first = conv(context, `${path}.conv1`, {
    inChannels,
    outChannels: Math.floor(planes / context.config.blockReduceFirst),
    kernel: 3,
    stride: useAa ? 1 : stride,
    dilation: firstDilation,
  });
  const second = conv(context, `${path}.conv2`, {
    inChannels: first.outChannels,
    outChannels: planes,
    kernel: 3,
    dilation,
  });
  return [
    first,
    norm(context, `${path}.bn1`, { after: first }),
    { kind: "act", path: `${path}.act1` },
    ...(useAa ? antiAlias(context, `${path}.aa`, { channels: first.outChannels, stride }) : []),
    second,
    norm(context, `${path}.bn2`, { after: second, last: true }),
    ...attention(context, `${path}.se`, { channels: second.outChannels, nominal: planes }),
  ];
}

/** The residual branch of timm's `Bottleneck`, in the order of its state dict. */
export function planBottleneckBody(context: PlanContext, block: BlockGeometry): readonly Step[] {
  const { path, inChannels, planes, stride, firstDilation } = block;
  const { baseWidth, cardinality, blockReduceFirst, strideIn } = context.config;
  const useAa = usesAa(context, block);
  const width = Math.floor(planes * (baseWidth / 64)) * cardinality;
  const stridesFirst = strideIn === "conv1" && !useAa;
  const first = conv(context, `${path}.conv1`, {
    inChannels,
    outChannels: Math.floor(width / blockReduceFirst),
    kernel: 1,
    stride: stridesFirst ? stride : 1,
  });
  const second = conv(context, `${path}.conv2`, {
    inChannels: first.outChannels,
    outChannels: width,
    kernel: 3,
    stride: useAa || stridesFirst ? 1 : stride,
    dilation: firstDilation,
    groups: cardinality,
  });
  const third = conv(context, `${path}.conv3`, {
    inChannels: second.outChannels,
    outChannels: planes * 4,
    kernel: 1,
  });
  return [
    first,
    norm(context, `${path}.bn1`, { after: first }),
    { kind: "act", path: `${path}.act1` },
    second,
    norm(context, `${path}.bn2`, { after: second }),
    { kind: "act", path: `${path}.act2` },
    ...(useAa ? antiAlias(context, `${path}.aa`, { channels: second.outChannels, stride }) : []),
    third,
    norm(context, `${path}.bn3`, { after: third, last: true }),
    ...attention(context, `${path}.se`, { channels: third.outChannels, nominal: planes * 4 }),
  ];
}

/** The projection of the input, timm's `downsample_conv` or `downsample_avg`. */
export function planShortcut(context: PlanContext, block: BlockGeometry, outChannels: number): readonly Step[] {
  const { inChannels, stride, dilation, firstDilation } = block;
  const path = `${block.path}.downsample`;
  const keepsSize = stride === 1 && dilation === 1;
  if (context.config.avgDown) {
    const only = conv(context, `${path}.1`, { inChannels, outChannels, kernel: 1 });
    const steps = [only, norm(context, `${path}.2`, { after: only })];
    if (keepsSize) return steps;
    return [{ kind: "avgpool", path: `${path}.0`, size: 2, edge: dilation === 1 ? "ceil" : "same" }, ...steps];
  }
  const kernel = keepsSize ? 1 : context.config.downKernelSize;
  const only = conv(context, `${path}.0`, {
    inChannels,
    outChannels,
    kernel,
    stride,
    dilation: kernel > 1 ? firstDilation : 1,
  });
  return [only, norm(context, `${path}.1`, { after: only })];
}
