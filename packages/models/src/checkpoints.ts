import type { PreprocessConfig } from "@samoyed/core";
import { architectureName } from "./architecture.ts";
import { FAMILIES } from "./families/index.ts";
import type { Architecture, Family } from "./family.ts";

/** A network that timm names: with published weights, or, tagged `untrained`, without. */
export interface ModelInfo {
  /** timm's architecture and tag: `resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k`. */
  readonly name: string;
  /** Former names in timm: `ssl_resnext101_32x16d`. */
  readonly aliases: readonly string[];
  readonly architecture: Architecture;
  readonly numClasses: number;
  /** The result of timm's `resolve_data_config`. */
  readonly preprocess: PreprocessConfig;
  /** The result with `use_test_size`, if it differs. */
  readonly testPreprocess?: PreprocessConfig;
  /** The license in timm: `apache-2.0`, `bsd-3-clause`, `cc-by-nc-4.0`. Meaningful only if there are weights. */
  readonly license: string;
  /** URL of the file published by its authors. */
  readonly url?: string;
  /** The first hexadecimal digits of that file's SHA-256, which PyTorch's hub keeps in file names. */
  readonly sha256Prefix?: string;
  /** Repository on the Hugging Face hub, whose `model.safetensors` contains the same weights. */
  readonly huggingFace?: string;
}

const NORMALIZATION: Readonly<Record<string, Pick<PreprocessConfig, "mean" | "std">>> = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  half: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

/** torch.hub's pattern for the hash in a file's name. */
const HASH = /-([0-9a-f]{8,64})\.[^.]+$/;

function lines(table: string): string[][] {
  return table
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
}

function readFormerNames(table: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [former, present] of lines(table)) {
    names.set(present!, [...(names.get(present!) ?? []), former!]);
  }
  return names;
}

/** `224/0.875` and the fields that both of a network's configurations share. */
function preprocessConfig(
  sizeAndCrop: string,
  shared: Omit<PreprocessConfig, "inputSize" | "cropPct">,
): PreprocessConfig {
  const [size, cropPct] = sizeAndCrop.split("/").map(Number);
  return { inputSize: [3, size!, size!], cropPct: cropPct!, ...shared };
}

/** Name, classes, license, interpolation, size/crop, the same for tests, normalization, hub, URL; `-` for none. */
type Row = readonly [string, string, string, string, string, string, string, string, string];

function readRow(
  row: readonly string[],
  { aliases, architecture }: Pick<ModelInfo, "aliases" | "architecture">,
): ModelInfo {
  const [name, classes, license, interpolation, train, test, normalization, hub, url] = row as unknown as Row;
  const shared = {
    interpolation: interpolation as PreprocessConfig["interpolation"],
    cropMode: "center",
    ...NORMALIZATION[normalization]!,
  } as const;
  const sha256Prefix = HASH.exec(url)?.[1];
  return {
    name,
    aliases,
    architecture,
    numClasses: Number(classes),
    preprocess: preprocessConfig(train, shared),
    ...(test === "-" ? {} : { testPreprocess: preprocessConfig(test, shared) }),
    license,
    ...(url === "-" ? {} : { url }),
    ...(sha256Prefix === undefined ? {} : { sha256Prefix }),
    ...(hub === "-" ? {} : { huggingFace: hub + name }),
  };
}

/** Every pretrained configuration of a family, in the order of its table. */
export function readPublished(family: Pick<Family, "published" | "architectures">): readonly ModelInfo[] {
  const former = readFormerNames(family.published.formerNames);
  const seen = new Set<string>();
  return lines(family.published.checkpoints).map((row) => {
    const tagged = row[0]!;
    const name = architectureName(tagged);
    // A former name without a tag refers to the architecture's default, which comes first.
    const untagged = seen.has(name) ? [] : (former.get(name) ?? []);
    seen.add(name);
    const aliases = [...(former.get(tagged) ?? []), ...untagged];
    return readRow(row, { aliases, architecture: family.architectures().get(name)! });
  });
}

let known: readonly ModelInfo[] | undefined;

/** Every pretrained configuration, family by family in timm's order: an architecture's default tag comes first. Read once. */
export function checkpoints(): readonly ModelInfo[] {
  return (known ??= FAMILIES.flatMap((family) => readPublished(family)));
}
