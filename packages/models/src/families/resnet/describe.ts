import { configurations } from "./configurations.ts";
import type { ResNetConfig } from "./config.ts";

const USUAL_CHANNELS = "64-128-256-512";

/** `resnet`, `wide_resnet` or `resnext`, the prefix of timm's names. */
function familyName({ cardinality, baseWidth }: ResNetConfig): string {
  if (cardinality > 1) return "resnext";
  return baseWidth > 64 ? "wide_resnet" : "resnet";
}

/** timm's letter for a stem and its shortcuts. */
function stemLetter({ stemType, stemWidth, avgDown }: ResNetConfig): string {
  if (stemType === "plain") return "";
  if (stemType === "deep_tiered") return "t";
  if (avgDown) return "d";
  return stemWidth === 64 ? "s" : "c";
}

/**
 * A name in timm's style for a network that timm does not name: `resnext14_8x16d`, followed by unusual settings:
 * `_c16-32-64-128` for channels, `_3x3` for the stem of small images, `_l1-2-1-1` for a depth whose name is that of a published network.
 */
export function describeConfig(config: ResNetConfig): string {
  const { attention, block, cardinality, baseWidth, channels, layers, stemKernel } = config;
  const depth = layers.reduce((sum, count, stage) => sum + count * (block[stage] === "basic" ? 2 : 3), 2);
  const channelList = channels.join("-");
  const name = [
    `${attention === "none" ? "" : attention}${familyName(config)}${depth}${stemLetter(config)}`,
    cardinality > 1 ? `_${cardinality}x${baseWidth}d` : baseWidth === 64 ? "" : `_${baseWidth}`,
    channelList === USUAL_CHANNELS ? "" : `_c${channelList}`,
    stemKernel === 3 ? "_3x3" : "",
  ].join("");
  return configurations().has(name) ? `${name}_l${layers.join("-")}` : name;
}
