import { expansion, type ResNetConfig } from "./config.ts";
import { planBasicBody, planBottleneckBody, planShortcut } from "./plan-block.ts";
import type { PlanContext } from "./plan-parts.ts";
import { planStem, planStemPool } from "./plan-stem.ts";
import type { Step } from "./steps.ts";

/** A residual block: `body(x) + shortcut(x)`, then the activation. */
export interface BlockPlan {
  readonly path: string;
  readonly body: readonly Step[];
  /** Empty if the input itself is added. */
  readonly shortcut: readonly Step[];
  /** Path of the activation after the sum. */
  readonly act: string;
}

/** Every module of a network, with its geometry, in the order in which PyTorch registers them. */
export interface NetworkPlan {
  /** Before the activation `act1`, whose value is the first feature map. */
  readonly stem: readonly Step[];
  readonly pool: readonly Step[];
  readonly stages: readonly { readonly path: string; readonly blocks: readonly BlockPlan[] }[];
  /** Channels of the last feature map, and inputs of the classifier. */
  readonly features: number;
}

/** Plans a network as in timm 1.0.29 (`models/resnet.py`, `ResNet.__init__` and `make_blocks`). */
export function planNetwork(config: ResNetConfig): NetworkPlan {
  const context: PlanContext = { config, widths: new Map(config.widths) };
  const stem = planStem(context);
  const stages: { path: string; blocks: BlockPlan[] }[] = [];
  let inChannels = stem.channels;
  // timm decides on projections before pruning.
  let nominal = config.stemType === "plain" ? 64 : 2 * config.stemWidth;
  let netStride = 4;
  let dilation = 1;
  let firstDilation = 1;
  for (const [index, kind] of config.block.entries()) {
    const planes = config.channels[index]!;
    const outChannels = planes * expansion(kind);
    let stride = index === 0 ? 1 : 2;
    if (netStride >= config.outputStride) {
      dilation *= stride;
      stride = 1;
    } else {
      netStride *= stride;
    }
    const projects = stride !== 1 || nominal !== outChannels;
    const [planBody, last, act] =
      kind === "basic" ? ([planBasicBody, "conv2", "act2"] as const) : ([planBottleneckBody, "conv3", "act3"] as const);
    const path = `layer${index + 1}`;
    const blocks = Array.from({ length: config.layers[index]! }, (_, number): BlockPlan => {
      const block = {
        path: `${path}.${number}`,
        inChannels,
        planes,
        stride: number === 0 ? stride : 1,
        dilation,
        firstDilation,
      };
      inChannels = context.widths.get(`${block.path}.${last}`) ?? outChannels;
      firstDilation = dilation;
      return {
        path: block.path,
        body: planBody(context, block),
        shortcut: number === 0 && projects ? planShortcut(context, block, outChannels) : [],
        act: `${block.path}.${act}`,
      };
    });
    nominal = outChannels;
    stages.push({ path, blocks });
  }
  return { stem: stem.steps, pool: planStemPool(context, stem.channels), stages, features: inChannels };
}
