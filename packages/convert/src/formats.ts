import { type Contract, type ReadOptions, type Sink, UsageError } from "@samoyed/core";
import { MAX_MODEL_BYTES, onnxByteLength, writeOnnx } from "@samoyed/format-onnx";
import { type SmydWeights, writeSmyd } from "@samoyed/format-smyd";
import { type StoredWeights, writeTfjs, type WriteTfjsOptions } from "@samoyed/format-tfjs";
import { castWeights, type Graph } from "@samoyed/graph";
import { refuseSmyd } from "./refuse-smyd.ts";
import { weightBytes } from "./weight-bytes.ts";

/** The formats that a checkpoint can become. */
export type Format = "onnx" | "tfjs" | "smyd";

/** How weights may be stored; each format takes some of these. */
export type Weights = Contract["weights"];

/** What is particular to TensorFlow.js. */
export type TfjsOptions = Pick<WriteTfjsOptions, "layout" | "groupBudget">;

/** What a format's writer is given besides the graph. */
export interface WriteContext extends ReadOptions {
  /** Absent for a model of somebody else's. */
  readonly contract: Contract | undefined;
  /** The output's name without an ending; the writer adds its own. */
  readonly name: string;
  /** How weights are stored; float32 when absent. */
  readonly weights?: Weights;
  readonly tfjs?: TfjsOptions | undefined;
  /** Opens an output file. Sinks are committed and aborted by the caller, all together. */
  readonly createSink: CreateSink;
}

/** Opens an output file; `bare` is one that does not hold the contract. */
export type CreateSink = (file: string, options?: { readonly bare?: boolean }) => Promise<Sink>;

/** Writes a graph in one format. */
export type FormatWriter = (graph: Graph, context: WriteContext) => Promise<void>;

/**
 * Each format's writer. It puts the contract's JSON, as `encodeContract` gives it, into one of its files, near the
 * beginning or at the end, as plain text: the source's hash is filled in afterwards.
 */
export const FORMAT_WRITERS: Readonly<Record<Format, FormatWriter>> = {
  onnx: writeOnnxFile,
  tfjs: writeTfjsFolder,
  smyd: writeSmydFile,
};

/** What a format checks before any file of any format is opened. */
export type FormatCheck = (graph: Graph, context: Omit<WriteContext, "createSink" | "name">) => Promise<void>;

/** The formats whose runtime computes less than the format can hold. */
export const FORMAT_CHECKS: Readonly<Partial<Record<Format, FormatCheck>>> = {
  smyd: (graph, { contract, weights = "float32", signal }) =>
    refuseSmyd(graph, { contract, weights: oneOf(SMYD_WEIGHTS, weights, "smyd"), ...(signal && { signal }) }),
};

const ONNX_WEIGHTS = ["float32", "float16"] as const;
const TFJS_WEIGHTS: readonly StoredWeights[] = ["float32", "float16", "uint8", "uint16"];
const SMYD_WEIGHTS: readonly SmydWeights[] = ["float32", "float16", "int8"];

/** How each format's weights may be stored. */
export const FORMAT_WEIGHTS: Readonly<Record<Format, readonly Weights[]>> = {
  onnx: ONNX_WEIGHTS,
  tfjs: TFJS_WEIGHTS,
  smyd: SMYD_WEIGHTS,
};

/** What people call the formats. */
const TITLES: Readonly<Record<Format, string>> = { onnx: "ONNX", tfjs: "TensorFlow.js", smyd: ".smyd" };

async function writeOnnxFile(
  graph: Graph,
  { contract, name, weights = "float32", createSink, signal }: WriteContext,
): Promise<void> {
  const type = oneOf(ONNX_WEIGHTS, weights, "onnx");
  const stored = type === "float16" ? castWeights(graph, type) : graph;
  const file = `${name}.onnx`;
  const sink = await createSink(file);
  const common = { ...(contract && { contract }), ...(signal && { signal }) };
  if (fitsOneFile(stored, common)) {
    await writeOnnx(stored, { sink, ...common });
  } else {
    const dataFile = `${file}.data`;
    const external = { name: dataFile, sink: await createSink(dataFile) };
    await writeOnnx(stored, { sink, external, ...common });
  }
}

async function writeTfjsFolder(
  graph: Graph,
  { contract, name, weights = "float32", tfjs, createSink, signal }: WriteContext,
): Promise<void> {
  await writeTfjs(graph, {
    createSink: (file) => createSink(`${name}.tfjs/${file}`, { bare: file !== "model.json" }),
    weights: oneOf(TFJS_WEIGHTS, weights, "tfjs"),
    ...tfjs,
    ...(contract && { contract }),
    ...(signal && { signal }),
  });
}

async function writeSmydFile(
  graph: Graph,
  { contract, name, weights = "float32", createSink, signal }: WriteContext,
): Promise<void> {
  await writeSmyd(graph, {
    weights: oneOf(SMYD_WEIGHTS, weights, "smyd"),
    sink: await createSink(`${name}.smyd`),
    ...(contract && { contract }),
    ...(signal && { signal }),
  });
}

/**
 * Requires weights to be of a kind that a format has.
 *
 * @throws UsageError that says what every format has.
 */
export function requireWeights(format: Format, weights: Weights): void {
  oneOf(FORMAT_WEIGHTS[format], weights, format);
}

function oneOf<T extends Weights>(allowed: readonly T[], weights: Weights, format: Format): T {
  const found = allowed.find((type) => type === weights);
  if (found !== undefined) return found;
  const possible = FORMATS.map((known) => `${known}: ${FORMAT_WEIGHTS[known].join(", ")}`);
  throw new UsageError(`weights as ${weights} are not written for ${TITLES[format]}`, {
    hint: `Possible are, for ${possible.join("; for ")}.`,
  });
}

/** Models beyond this are measured exactly: the rest of an ONNX file is far smaller than the difference to 2 GiB. */
const MAX_UNMEASURED_BYTES = 2 ** 30;

function fitsOneFile(graph: Graph, options: { readonly contract?: Contract }): boolean {
  return weightBytes(graph) <= MAX_UNMEASURED_BYTES || onnxByteLength(graph, options) <= MAX_MODEL_BYTES;
}

/** The formats' names. */
export const FORMATS: readonly Format[] = Object.keys(FORMAT_WRITERS) as Format[];
