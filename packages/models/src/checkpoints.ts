import type { PreprocessConfig } from "@samoyed/core";
import { architectureName } from "./architecture.ts";
import { readData } from "./catalogue/read-data.ts";
import { readDocument } from "./catalogue/document.ts";
import { type CostOf, type ModelCost, readCosts } from "./model-costs.ts";
import { checkPublishedTable, type PublishedTable } from "./published-table.ts";

/** A network that timm names: with published weights, or, such as those tagged `untrained`, without. */
export interface ModelInfo {
  /** timm's architecture and tag: `resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k`. A few have no tag. */
  readonly name: string;
  /** Former names in timm: `ssl_resnext101_32x16d`. */
  readonly aliases: readonly string[];
  /** timm's name of the architecture, without the tag. `loadArchitecture` has the architecture. */
  readonly architectureName: string;
  /** 0 without a classifier. */
  readonly numClasses: number;
  /** The result of timm's `resolve_data_config`. */
  readonly preprocess: PreprocessConfig;
  /** The result with `use_test_size`, if it differs. */
  readonly testPreprocess?: PreprocessConfig;
  /**
   * The license in timm: `apache-2.0`, `bsd-3-clause`, `cc-by-nc-4.0`; `unknown` if timm names none. Meaningful only if
   * there are weights.
   */
  readonly license: string;
  /** Percent of ImageNet's validation images that timm measured right, with this preprocessing; absent where it publishes none. */
  readonly accuracy?: { readonly top1: number; readonly top5: number };
  /** Trained parameters, with this number of classes; absent where the architecture is not known. */
  readonly parameters?: number;
  /** Multiply-adds of convolutions and matrix products for one image of this size; absent where they are not known. */
  readonly multiplyAdds?: number;
  /** URL of the file published by its authors. */
  readonly url?: string;
  /** The first hexadecimal digits of that file's SHA-256, which PyTorch's hub keeps in file names. */
  readonly sha256Prefix?: string;
  /** Whether timm renames the tensors of that file when it loads them; the hub's file has timm's names. */
  readonly renamed?: true;
  /** Repository on the Hugging Face hub, whose `model.safetensors` contains the weights under timm's names. */
  readonly huggingFace?: string;
}

/** The table in `@samoyed/architectures`; decompressed it has about 150 kB. */
const FILE = "published.json.deflate";
const MAX_BYTES = 4 * 2 ** 20;

/** torch.hub's pattern for the hash in a file's name. */
const HASH = /-([0-9a-f]{8,64})\.[^.]+$/;

function preprocessAt({ preprocess, normalizations }: PublishedTable, index: number): PreprocessConfig {
  const [inputSize, cropPct, interpolation, cropMode, normalization] = preprocess[index]!;
  const [mean, std] = normalizations[normalization]!;
  return { inputSize, cropPct, interpolation, cropMode, mean, std };
}

/** The addresses of the checkpoint at an index. */
function addresses(
  { checkpoints, folders }: PublishedTable,
  index: number,
): Pick<ModelInfo, "url" | "sha256Prefix" | "renamed" | "huggingFace"> {
  const [hub, url] = [checkpoints.hub[index]!, checkpoints.url[index]!];
  const sha256Prefix = url === 0 ? undefined : HASH.exec(url[1])?.[1];
  return {
    ...(url !== 0 && { url: folders[url[0]]! + url[1] }),
    ...(sha256Prefix !== undefined && { sha256Prefix }),
    ...(checkpoints.renamed[index] === 1 && { renamed: true }),
    ...(hub !== 0 && { huggingFace: hub === 1 ? `timm/${checkpoints.name[index]!}` : hub }),
  };
}

/** The former names of each present one. */
function formerNamesOf({ formerNames }: PublishedTable): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [former, present] of formerNames) names.set(present, [...(names.get(present) ?? []), former]);
  return names;
}

/** What timm publishes of the checkpoint at an index. */
function accuracyAt({ checkpoints }: PublishedTable, index: number): Pick<ModelInfo, "accuracy"> {
  const measured = checkpoints.accuracy[index]!;
  return measured === 0 ? {} : { accuracy: { top1: measured[0], top5: measured[1] } };
}

const NO_COST = (): ModelCost | undefined => undefined;

/** The networks that timm names, in its order: module by module, an architecture's default tag first. */
export class KnownModels {
  readonly #table: PublishedTable;
  readonly #costOf: CostOf;
  /** The rows of each architecture. */
  readonly #rows: Map<string, number[]> = new Map();
  /** What was made of rows so far: recognizing a network needs a few. */
  readonly #made: Map<number, ModelInfo> = new Map();
  #formerNames: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(table: PublishedTable, costOf: CostOf = NO_COST) {
    this.#table = table;
    this.#costOf = costOf;
    for (const [index, name] of table.checkpoints.name.entries()) {
      const untagged = architectureName(name);
      const rows = this.#rows.get(untagged);
      if (rows === undefined) this.#rows.set(untagged, [index]);
      else rows.push(index);
    }
  }

  /** Every pretrained configuration. */
  get models(): readonly ModelInfo[] {
    return this.#table.checkpoints.name.map((_, index) => this.#model(index));
  }

  /** Those of some architectures. */
  modelsOf(architectureNames: Iterable<string>): readonly ModelInfo[] {
    const rows = [...new Set(architectureNames)].flatMap((name) => this.#rows.get(name) ?? []);
    return rows.sort((a, b) => a - b).map((index) => this.#model(index));
  }

  /** Names of checkpoints that timm has no longer, under any name. */
  get removed(): ReadonlySet<string> {
    return new Set(this.#table.removedNames);
  }

  #model(index: number): ModelInfo {
    const known = this.#made.get(index);
    if (known !== undefined) return known;
    const made = this.#read(index);
    this.#made.set(index, made);
    return made;
  }

  #read(index: number): ModelInfo {
    const table = this.#table;
    const { checkpoints } = table;
    const former = (this.#formerNames ??= formerNamesOf(table));
    const formerNames = (name: string): readonly string[] => former.get(name) ?? [];
    const name = checkpoints.name[index]!;
    const untagged = architectureName(name);
    // A former name of an architecture refers to its default, which comes first.
    const isDefault = this.#rows.get(untagged)![0] === index && untagged !== name;
    const test = checkpoints.test[index]!;
    const numClasses = checkpoints.classes[index]!;
    const preprocess = preprocessAt(table, checkpoints.preprocess[index]!);
    return {
      name,
      aliases: [...formerNames(name), ...(isDefault ? formerNames(untagged) : [])],
      architectureName: untagged,
      numClasses,
      preprocess,
      ...(test >= 0 && { testPreprocess: preprocessAt(table, test) }),
      license: table.licenses[checkpoints.license[index]!]!,
      ...accuracyAt(table, index),
      ...this.#costOf(untagged, preprocess.inputSize, numClasses),
      ...addresses(table, index),
    };
  }
}

async function readKnown(): Promise<KnownModels> {
  const [{ document }, costOf] = await Promise.all([
    readDocument(readData, FILE, { maxBytes: MAX_BYTES }),
    readCosts(),
  ]);
  return new KnownModels(checkPublishedTable(document, FILE), costOf);
}

let known: Promise<KnownModels> | undefined;

/**
 * The networks that timm names. Read once; after an error, anew.
 *
 * @throws what `readData` and `readDocument` throw; FormatError when a table is damaged.
 */
export async function knownModels(): Promise<KnownModels> {
  const reading = (known ??= readKnown());
  try {
    return await reading;
  } catch (error) {
    if (known === reading) known = undefined;
    throw error;
  }
}
