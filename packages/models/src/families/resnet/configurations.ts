import { FormatError } from "@samoyed/core";
import { ARCHITECTURE_TABLE } from "./architectures.generated.ts";
import { type BlockKind, type ResNetConfig, type ResNetOptions, resnetConfig } from "./config.ts";

type Fields = ReadonlyMap<string, string>;

const numbers = (text: string): number[] => text.split(",").map(Number);

/** A reader for each of timm's arguments; the table contains no others. */
const READERS: Readonly<Record<string, (value: string) => Partial<ResNetOptions>>> = {
  block: (value) => {
    const kinds = value.split(",") as BlockKind[];
    return { block: kinds.length === 1 ? kinds[0]! : kinds };
  },
  layers: (value) => ({ layers: numbers(value) }),
  channels: (value) => ({ channels: numbers(value) }),
  cardinality: (value) => ({ cardinality: Number(value) }),
  base_width: (value) => ({ baseWidth: Number(value) }),
  stem_width: (value) => ({ stemWidth: Number(value) }),
  stem_type: (value) => ({ stemType: value as ResNetConfig["stemType"] }),
  replace_stem_pool: (value) => ({ replaceStemPool: value === "True" }),
  block_reduce_first: (value) => ({ blockReduceFirst: Number(value) }),
  down_kernel_size: (value) => ({ downKernelSize: Number(value) }),
  avg_down: (value) => ({ avgDown: value === "True" }),
  norm_layer: (value) => ({ normLayer: value as ResNetConfig["normLayer"] }),
  aa_layer: (value) => ({ aaLayer: value as ResNetConfig["aaLayer"] }),
  attn_layer: (value) => {
    const [attention, ratio] = value.split(":");
    const kind = { attention: attention as ResNetConfig["attention"] };
    return ratio === undefined ? kind : { ...kind, seRatio: Number(ratio) };
  },
  widths: (value) => ({
    widths: value.split(",").map((pair) => {
      const [path, channels] = pair.split(":");
      return [path!, Number(channels)] as const;
    }),
  }),
};

function readConfig(name: string, fields: Fields): ResNetConfig {
  let options: Partial<ResNetOptions> = {};
  for (const [key, value] of fields) {
    const reader = READERS[key];
    if (reader === undefined) throw new FormatError(`architecture ${name}: unknown argument ${key}`);
    options = { ...options, ...reader(value) };
  }
  return resnetConfig(options as ResNetOptions);
}

function readTable(table: string): ReadonlyMap<string, ResNetConfig> {
  return new Map(
    table
      .trim()
      .split("\n")
      .map((line) => {
        const [name, ...fields] = line.split(" ");
        const pairs = fields.map((field): [string, string] => {
          const at = field.indexOf("=");
          return [field.slice(0, at), field.slice(at + 1)];
        });
        return [name!, readConfig(name!, new Map(pairs))];
      }),
  );
}

/** The names of `configurations`. */
export function configurationNames(): readonly string[] {
  return ARCHITECTURE_TABLE.match(/^\S+/gmu)!;
}

let known: ReadonlyMap<string, ResNetConfig> | undefined;

/** Every architecture of timm's `resnet.py` by its name without a tag, in timm's order. Read from the table once. */
export function configurations(): ReadonlyMap<string, ResNetConfig> {
  return (known ??= readTable(ARCHITECTURE_TABLE));
}
