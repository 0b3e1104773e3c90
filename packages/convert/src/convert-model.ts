import { type ByteSource, type Contract, formatShape, MismatchError, type ModelFiles, UsageError } from "@samoyed/core";
import { type InputValues, type Sizes, type SourceFormat, widenHalves, type WidenResult } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { canonicalizeAll } from "./build-graph.ts";
import { fileName, outputName } from "./file-name.ts";
import { foreignContract } from "./foreign-contract.ts";
import { hashPortable } from "./hash-portable.ts";
import { lastPart } from "./last-part.ts";
import { formatsNamed } from "./format-named.ts";
import { SOURCE_FORMATS } from "./formats.ts";
import type { ConvertOptions, ModelOptions } from "./options.ts";
import type { RewriteReport, WeightStorage, WrittenFile } from "./report.ts";
import { requireKnown } from "./require-known.ts";
import { UNKNOWN_HASH } from "./unknown-hash.ts";
import { writeFormats } from "./write-formats.ts";

/** Options that apply to a model: it brings its own network, and perhaps its classes and preprocessing. */
export interface ReadModelOptions extends Pick<
  ModelOptions,
  "weights" | "formatOptions" | "fold" | "signal" | "onProgress" | "labels" | "preprocess" | "strict" | "allowDamaged"
> {
  /** Open sizes of inputs to fix, by symbol or by `INPUT:AXIS`. */
  readonly sizes?: Sizes;
  /** Inputs of one number to fix, by name; the converted model does not take them. */
  readonly values?: InputValues;
}

/** Options of `convertModel`. */
export interface ConvertModelOptions
  extends ReadModelOptions, Pick<ConvertOptions, "createSink" | "resolve" | "sourceName" | "sourceSha256"> {
  /** The name of the source's format. */
  readonly from: string;
  /** The names of the formats that it becomes. */
  readonly formats: readonly string[];
  /** The output files' name where the model has no contract that says it. */
  readonly name: string;
}

/** Report of the conversion of a model. */
export interface ConvertModelReport {
  readonly model: string;
  /** The model's own, which travels on, or the one that it got; absent where it has none. */
  readonly contract: Contract | undefined;
  readonly files: readonly WrittenFile[];
  readonly storage: WeightStorage;
  readonly rewrites: readonly RewriteReport[];
  /** Warnings about the source for the user. */
  readonly warnings: readonly string[];
  readonly milliseconds: {
    readonly open: number;
    readonly build: number;
    readonly write: number;
    readonly total: number;
  };
}

/**
 * Converts a model: reads its graph, brings it into the canonical form, rewrites it, and writes it in each format. A
 * contract in it travels on; a model without one gets one where the caller gives labels or preprocessing, and else stays
 * without. Weights stream; those that a model has as 8-bit integers stay so where the format holds them exactly.
 *
 * Files that the caller opened stay open; those that `resolve` opened are closed.
 *
 * @throws FormatError, UnsupportedError when the model is damaged, or has an operator that a format does not; nodes are
 * named.
 * @throws UsageError when a format is unknown, or the options contradict one another, or the model's own contract; when
 * an open size or an input that gets a value is unknown.
 * @throws MismatchError when labels or sizes do not fit the model.
 * @throws IoError when reading or writing fails; AbortedError when the signal fires.
 */
export async function convertModel(source: ByteSource, options: ConvertModelOptions): Promise<ConvertModelReport> {
  const start = performance.now();
  // It is awaited only at the end; until then nothing listens, and Node must not end the process if it fails.
  Promise.resolve(options.sourceSha256).catch(() => undefined);
  const { weights, fold, signal, sizes, values } = options;
  const formats = formatsNamed(options.formats);
  const sources = [source];
  const read = await readable(options.from)(filesOf(source, options, sources), { signal, sizes, values });
  try {
    const opened = performance.now();
    requireKnown(read.graph);
    const widened = widenHalves(read.graph);
    const built = canonicalizeAll(widened.graph, fold === undefined ? {} : { fold });
    const { graph, contract, warnings, hash } = withContract(built.graph, { source, own: read.contract, options });
    const rewritten = performance.now();
    const model = contract?.model ?? options.name;
    const name = contract === undefined ? fileName(model) : outputName(contract);
    const written = await writeFormats(
      {
        graph,
        contract: contract && { ...contract, weights: weights ?? "float32" },
        name,
        formats,
        ...(hash && { hash }),
        async verify() {
          if (options.allowDamaged !== true) await read.verify?.({ signal });
          for (const each of sources) await each.requireUnchanged?.();
        },
      },
      options,
    );
    const end = performance.now();
    return {
      model,
      contract: written.contract,
      files: written.files,
      storage: written.storage,
      rewrites: built.rewrites,
      warnings: [...(read.warnings ?? []), ...widening(widened), ...quantizing(read.graph), ...warnings],
      milliseconds: { open: opened - start, build: rewritten - opened, write: end - rewritten, total: end - start },
    };
  } finally {
    await read.close();
  }
}

/** What the user must know of a model whose numbers became others. */
function widening({ from }: WidenResult): readonly string[] {
  if (from === undefined) return [];
  return [`The model computes in ${from}: here it computes in float32, and so are its inputs and outputs.`];
}

/** What the user must know of a model that rounds to a grid of its own making. */
function quantizing({ nodes }: Graph): readonly string[] {
  if (!nodes.some(({ op }) => op === "DynamicQuantizeLinear")) return [];
  return [
    "The model quantizes its values while it runs: engines whose last digits differ may round one to the next step.",
  ];
}

interface WithContract {
  readonly graph: Graph;
  readonly contract: Contract | undefined;
  readonly warnings: readonly string[];
  /** The source's hash, for a contract that has a placeholder in its place. */
  readonly hash?: () => Promise<string>;
}

/** The model's own contract, or one made of what the caller says. */
function withContract(
  graph: Graph,
  {
    source,
    own,
    options,
  }: {
    readonly source: ByteSource;
    readonly own: Contract | undefined;
    readonly options: ConvertModelOptions;
  },
): WithContract {
  const { name, labels, preprocess, sourceName = source.label, sourceSha256, signal } = options;
  if (labels === undefined && preprocess === undefined) {
    if (own !== undefined) requireContractSize(graph, own);
    return { graph, contract: own, warnings: [] };
  }
  if (own !== undefined) {
    throw new UsageError(
      `${source.label} has a contract, which says how images are prepared and what its classes are`,
      {
        hint: "Leave --labels and the options of the preprocessing out.",
      },
    );
  }
  const described = foreignContract(graph, {
    name,
    source: { name: lastPart(sourceName), sha256: UNKNOWN_HASH },
    options,
  });
  return { ...described, hash: async () => sourceSha256 ?? hashPortable(source, { signal }) };
}

/** Sizes that were fixed must be those of the images that the model's own contract prepares. */
function requireContractSize({ inputs }: Graph, { input, preprocess }: Contract): void {
  const image = inputs.find(({ name }) => name === input)?.shape.slice(1) ?? [];
  if (!image.some((size, axis) => typeof size === "number" && size !== preprocess.inputSize[axis])) return;
  throw new MismatchError(
    `the input "${input}" takes ${formatShape(image)}, and the model's contract prepares images as ${formatShape(preprocess.inputSize)}`,
    { hint: "Fix other sizes, or none." },
  );
}

function readable(from: string): NonNullable<SourceFormat["read"]> {
  const read = SOURCE_FORMATS.find(({ name }) => name === from)?.read;
  if (read !== undefined) return read;
  const able = SOURCE_FORMATS.filter((format) => format.read !== undefined).map(({ name }) => name);
  throw new UsageError(`models in the format ${JSON.stringify(from)} are not read; expected ${able.join(" or ")}`);
}

/** The model's files: the source, which the caller closes, and what it opens for others, which is added to `opened`. */
function filesOf(
  source: ByteSource,
  { resolve }: Pick<ConvertModelOptions, "resolve">,
  opened: ByteSource[],
): ModelFiles {
  const { byteLength, label } = source;
  const own: ByteSource = {
    byteLength,
    label,
    read: (offset, length, options) => source.read(offset, length, options),
  };
  return {
    label,
    local: false,
    async open(name) {
      if (name === "") return own;
      if (resolve !== undefined) {
        const other = await resolve(name);
        opened.push(other);
        return other;
      }
      throw new UsageError(`${label}: some of its weights are in the file ${JSON.stringify(name)}`, {
        hint: "Pass `resolve`, which opens files beside the model.",
      });
    },
  };
}
