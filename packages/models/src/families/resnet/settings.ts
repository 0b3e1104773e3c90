import { UsageError } from "@samoyed/core";
import type { NetworkSetting } from "../../network-setting.ts";
import type { ResNetConfig } from "./config.ts";
import { NORM_GROUPS } from "./plan-parts.ts";

/** A setting that tensors do not show: how it is read from a configuration, and the configuration for each value. */
interface Row {
  readonly setting: string;
  /** Whether a configuration has it. */
  readonly applies?: (config: ResNetConfig) => boolean;
  readonly read: (config: ResNetConfig) => string;
  /** What each value changes; its keys are the values. */
  readonly values: Readonly<Record<string, Partial<ResNetConfig>>>;
}

const ROWS: readonly Row[] = [
  {
    setting: "activation",
    read: ({ actLayer }) => actLayer,
    values: {
      relu: { actLayer: "relu" },
      silu: { actLayer: "silu" },
      gelu: { actLayer: "gelu" },
      leaky_relu: { actLayer: "leaky_relu" },
      hard_swish: { actLayer: "hard_swish" },
    },
  },
  {
    setting: "anti-aliasing",
    read: ({ aaLayer }) => aaLayer,
    values: { none: { aaLayer: "none" }, avg: { aaLayer: "avg" }, blur: { aaLayer: "blur" } },
  },
  {
    setting: "stem-stride",
    applies: ({ stemKernel }) => stemKernel === 3,
    read: ({ stemStride }) => String(stemStride),
    values: { 1: { stemStride: 1 }, 2: { stemStride: 2 } },
  },
  {
    setting: "stem-pooling",
    applies: ({ replaceStemPool }) => !replaceStemPool,
    read: ({ stemPool }) => stemPool,
    values: { max: { stemPool: "max" }, none: { stemPool: "none" } },
  },
  {
    setting: "stride-in",
    applies: ({ block }) => block.includes("bottleneck"),
    read: ({ strideIn }) => strideIn,
    values: { conv2: { strideIn: "conv2" }, conv1: { strideIn: "conv1" } },
  },
  {
    setting: "output-stride",
    // Of a network for small images it is another number.
    applies: ({ stemKernel }) => stemKernel === 7,
    read: ({ outputStride }) => String(outputStride),
    values: { 32: { outputStride: 32 }, 16: { outputStride: 16 }, 8: { outputStride: 8 } },
  },
  {
    setting: "pooling",
    read: ({ globalPool }) => globalPool,
    values: { avg: { globalPool: "avg" }, max: { globalPool: "max" }, avgmax: { globalPool: "avgmax" } },
  },
  {
    setting: "norm-groups",
    applies: ({ normLayer }) => normLayer === "groupnorm",
    read: () => String(NORM_GROUPS),
    values: { [NORM_GROUPS]: {} },
  },
];

const EPSILON = "epsilon";

/** What the tensors of a ResNet do not show. */
export function resnetSettings(config: ResNetConfig): readonly NetworkSetting[] {
  const rows = ROWS.filter(({ applies }) => applies?.(config) ?? true);
  return [
    ...rows.map(({ setting, read, values }) => ({ setting, value: read(config), choices: Object.keys(values) })),
    { setting: EPSILON, value: config.normEps.toExponential(), choices: ["NUMBER"] },
  ];
}

/**
 * A ResNet with other values of such settings.
 *
 * @throws UsageError for a setting that it does not have, or a value that the setting cannot have.
 */
export function withResnetSettings(config: ResNetConfig, changes: ReadonlyMap<string, string>): ResNetConfig {
  const known = resnetSettings(config);
  return [...changes].reduce((changed, [setting, value]) => {
    const found = known.find((candidate) => candidate.setting === setting);
    if (found === undefined) {
      throw new UsageError(`the network has no setting ${JSON.stringify(setting)}`, {
        hint: `It has ${known.map((candidate) => candidate.setting).join(", ")}.`,
      });
    }
    if (setting === EPSILON) {
      const epsilon = Number(value);
      if (epsilon > 0 && epsilon < 1) return { ...changed, normEps: epsilon };
      throw new UsageError(`${EPSILON} got ${JSON.stringify(value)}; expected a number between 0 and 1`);
    }
    const change = ROWS.find((row) => row.setting === setting)!.values[value];
    if (change !== undefined && found.choices.includes(value)) return { ...changed, ...change };
    throw new UsageError(`${setting} got ${JSON.stringify(value)}; expected one of ${found.choices.join(", ")}`);
  }, config);
}
