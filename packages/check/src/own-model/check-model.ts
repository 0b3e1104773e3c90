import { type Contract, MismatchError, UnsupportedError, UsageError } from "@samoyed/core";
import { modelFilesAt } from "@samoyed/core/node";
import { openSourceGraph, type SourceGraphOptions } from "@samoyed/convert/node";
import type { CaseEvent, CaseResult } from "@samoyed/golden";
import type { ModelDescription, SourceFormat } from "@samoyed/graph";
import { findModel } from "@samoyed/models";
import { preprocessImage } from "@samoyed/preprocess";
import type { Backend } from "@samoyed/runtime";
import { interpretedReference } from "./interpreted-reference.ts";
import { judgeModel } from "./judge-model.ts";
import { imageInputs, type ModelImage, type ModelInputs, seededInputs } from "./model-inputs.ts";
import type { ModelReference } from "./model-reference.ts";
import { readReference, type RecordedModelReference } from "./reference-file.ts";
import { runModel } from "./run-model.ts";

/** Options of `checkModel`. */
export interface CheckModelOptions {
  /** The model's format. */
  readonly format: SourceFormat;
  /** The backends that run the format. */
  readonly backends: readonly Backend[];
  /** Images to run it on; noise from a seed where there are none. */
  readonly images: readonly ModelImage[];
  /** The checkpoint, `.pt2` or `.onnx` file that it was made from: the reference is interpreted from that. */
  readonly checkpoint?: { readonly path: string; readonly name: string; readonly model?: string } | undefined;
  /** A recorded reference, which decides in place of an interpreted one. */
  readonly reference?: string | undefined;
  /** References that were interpreted already: give one map to several models of one checkpoint. */
  readonly interpreted?: Map<string, ModelReference>;
  readonly onEvent?: (event: CaseEvent) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks a model of the user on every backend of its format, against a reference whose kind is named in the result: what
 * PyTorch gave (`reference`), else what Samoyed's interpreter gives for the source (`checkpoint`) or for the model
 * itself.
 *
 * @param artifact - The path by which the model is opened.
 * @throws MismatchError when the model was not made from the checkpoint, or the reference is of another.
 * @throws UsageError when there is nothing to compare with; what reading the files throws.
 */
export async function checkModel(artifact: string, options: CheckModelOptions): Promise<CaseResult> {
  const { format, backends, signal, onEvent = () => {} } = options;
  const described = await format.describe(modelFilesAt(artifact), { signal });
  const { contract } = described;
  const recorded = options.reference === undefined ? undefined : await readReference(options.reference, { signal });
  const name = artifact;
  const inputs = await inputsFor(described, { ...options, recorded });
  const reference = recorded ?? (await interpreted(artifact, { ...options, contract, inputs }));
  const total = inputs.runs.length;
  const results = [];
  for (const backend of backends) {
    onEvent({ kind: "open", case: name, backend: backend.name });
    const onRun = (done: number): void => onEvent({ kind: "image", case: name, backend: backend.name, done, total });
    const output = await runModel(backend, { artifact, runs: inputs.runs, onRun, signal });
    const result = judgeModel({ backend: backend.name, output }, { reference, contract });
    onEvent({ kind: "result", case: name, result });
    results.push(result);
  }
  return {
    name,
    title: `checked against ${options.reference ?? options.checkpoint?.name ?? "itself"}`,
    model: contract?.model ?? described.format,
    images: total,
    weights: contract?.standIn ?? contract?.source?.name ?? name,
    stored: "float32",
    standIn: contract?.standIn !== undefined,
    preprocess: inputs.preprocess,
    backends: results,
    pytorch: [],
    documented: [],
    statements: [`The reference is ${reference.statement}.`, `${sentence(inputs.statement)}.`],
    noiseOf: reference.kind,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

async function inputsFor(
  { inputs: ports, contract }: ModelDescription,
  options: CheckModelOptions & { readonly recorded: RecordedModelReference | undefined },
): Promise<ModelInputs> {
  const { recorded, images, signal } = options;
  const prepared = images.length === 0 ? undefined : await imagesFor(contract, { images, signal });
  if (recorded !== undefined) return recorded.inputsWith(prepared);
  return prepared ?? seededInputs(ports, contract?.preprocess.inputSize);
}

function imagesFor(
  contract: Contract | undefined,
  options: { readonly images: readonly ModelImage[]; readonly signal: AbortSignal | undefined },
): Promise<ModelInputs> {
  if (contract === undefined) {
    throw new UsageError("the model has no contract, which says how images are prepared", {
      hint: "Leave --images out, or give the model a contract: samoyed convert FILE.onnx --size 224 --to onnx",
    });
  }
  const { input, preprocess: config } = contract;
  return imageInputs(options.images, { input, config, preprocess: preprocessImage, signal: options.signal });
}

/** The reference that the interpreter gives for the source of a model, or for the model as it is. */
async function interpreted(
  artifact: string,
  options: CheckModelOptions & { readonly contract: Contract | undefined; readonly inputs: ModelInputs },
): Promise<ModelReference> {
  const { checkpoint, contract, inputs, format, signal, onEvent = () => {} } = options;
  if (checkpoint === undefined && format.read === undefined) {
    throw new UsageError(`${artifact}: there is nothing to compare a model in the format ${format.name} with`, {
      hint: "Give what it was made from, --checkpoint FILE, or what PyTorch gives, --reference FILE.",
    });
  }
  if (checkpoint !== undefined && contract !== undefined && contract.weights !== "float32") {
    throw new UnsupportedError(
      `${artifact} stores its weights as ${contract.weights}: they are not those of ${checkpoint.name}`,
      { hint: "Convert it without --weights to check it, or leave --checkpoint out." },
    );
  }
  const settings: SourceGraphOptions = checkpoint && contract ? await settingsOf(contract, checkpoint.model) : {};
  const source = await openSourceGraph(checkpoint?.path ?? artifact, { ...settings, signal });
  try {
    if (checkpoint !== undefined) requireSource(artifact, { contract, checkpoint, sha256: source.sha256 });
    const key = JSON.stringify([source.sha256, settings, [...(settings.assume ?? [])], inputs.statement]);
    const known = options.interpreted?.get(key);
    if (known !== undefined) return known;
    const from = checkpoint?.name ?? `${artifact} itself`;
    const total = inputs.runs.length;
    const onRun = (done: number): void => onEvent({ kind: "preprocess", case: artifact, done, total });
    const reference = await interpretedReference(source.graph, inputs.runs, { from, onRun, signal });
    options.interpreted?.set(key, reference);
    return reference;
  } finally {
    await source.close();
  }
}

/** The source of settings that a conversion was given, in a contract. */
const ASSUME = "--assume";

/** What the contract says of the conversion, so that the network is built as it was. */
async function settingsOf(
  { task, taps, preprocess, model, assumptions = [] }: Contract,
  named: string | undefined,
): Promise<SourceGraphOptions> {
  // A network of sizes that nobody published has a name that describes it, and is recognized as it was.
  const known = await findModel(model).then(
    () => model,
    () => undefined,
  );
  const chosen = named ?? known;
  const assumed = assumptions.filter(({ origin, source }) => origin === "given" && source === ASSUME);
  const assume = new Map(assumed.map(({ setting, value }) => [setting, value]));
  const settings = { preprocess, features: task === "features", taps: taps !== undefined, assume };
  return chosen === undefined ? settings : { ...settings, model: chosen };
}

/** @throws MismatchError when the model says that it was made from another file. */
function requireSource(
  artifact: string,
  {
    contract,
    checkpoint,
    sha256,
  }: {
    readonly contract: Contract | undefined;
    readonly checkpoint: NonNullable<CheckModelOptions["checkpoint"]>;
    readonly sha256: string;
  },
): void {
  const source = contract?.source;
  if (source === undefined || source.sha256 === sha256) return;
  throw new MismatchError(
    `${artifact} was made from ${source.name} with SHA-256 ${source.sha256}; ${checkpoint.name} has ${sha256}`,
    { hint: "Give the file that it was made from, or convert this one again." },
  );
}
