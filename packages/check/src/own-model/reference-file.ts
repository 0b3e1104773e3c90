import { openCheckpoint } from "@samoyed/checkpoint";
import { FormatError, formatShape, MismatchError, quote, readTensor, sameShape, type Tensor } from "@samoyed/core";
import { fileSource } from "@samoyed/core/node";
import type { ModelInputs } from "./model-inputs.ts";
import type { Inputs, ModelReference } from "./model-reference.ts";
import { outputNoise } from "./output-noise.ts";

/** The version of reference files, in their metadata under `samoyed.reference`. */
export const REFERENCE_VERSION = "1";

/** A reference that PyTorch gave, with the inputs that it had. */
export interface RecordedModelReference extends ModelReference {
  /**
   * The recorded inputs; images that the user gives must become the same tensors.
   *
   * @throws MismatchError when they are not as many.
   */
  readonly inputsWith: (prepared: ModelInputs | undefined) => ModelInputs;
}

/** Parts of a tensor's name: `input.0.NAME`, `output64.0.NAME`. */
const NAME = /^(input|output64|output32)\.(\d{1,6})\.(.+)$/su;

/**
 * Reads a reference file: a `.safetensors` file that PyTorch's user wrote (`samoyed reference --python` prints the
 * script), with the tensors `input.I.NAME`, `output64.I.NAME` and `output32.I.NAME` of run `I`.
 *
 * @throws FormatError when it is damaged or something else, MismatchError when its parts contradict one another.
 */
export async function readReference(
  path: string,
  { signal }: { readonly signal: AbortSignal | undefined },
): Promise<RecordedModelReference> {
  const source = await fileSource(path);
  try {
    const checkpoint = await openCheckpoint(source, { signal });
    const version = checkpoint.metadata.get("samoyed.reference");
    if (version !== REFERENCE_VERSION) {
      throw new FormatError(
        `${path}: ${version === undefined ? "no reference: it has no samoyed.reference in its metadata" : `a reference of version ${quote(version)}; expected ${REFERENCE_VERSION}`}`,
        { hint: "Write one with PyTorch: samoyed reference --python > reference.py" },
      );
    }
    const parts = { input: new Map<number, Map<string, Tensor>>(), output64: new Map(), output32: new Map() };
    for (const [name, lazy] of checkpoint.tensors) {
      const [, kind, run, port] = NAME.exec(name) ?? [];
      if (kind === undefined) {
        throw new FormatError(
          `${path}: tensor ${quote(name)}; expected input.I.NAME, output64.I.NAME or output32.I.NAME`,
        );
      }
      const runs = parts[kind as keyof typeof parts] as Map<number, Map<string, Tensor>>;
      const values = runs.get(Number(run)) ?? new Map<string, Tensor>();
      values.set(port!, await readTensor(lazy, { signal }));
      runs.set(Number(run), values);
    }
    return recorded(path, { ...parts, metadata: checkpoint.metadata });
  } finally {
    await source.close();
  }
}

type Runs = ReadonlyMap<number, ReadonlyMap<string, Tensor>>;

function recorded(
  path: string,
  parts: {
    readonly input: Runs;
    readonly output64: Runs;
    readonly output32: Runs;
    readonly metadata: ReadonlyMap<string, string>;
  },
): RecordedModelReference {
  const { input, output64, output32, metadata } = parts;
  const count = input.size;
  if (count === 0) throw new FormatError(`${path}: it has no inputs`);
  for (let run = 0; run < count; run++) {
    const [float64, float32] = [output64.get(run), output32.get(run)];
    if (!input.has(run) || float64 === undefined || float32 === undefined) {
      throw new FormatError(`${path}: run ${run} of ${count} lacks its inputs or its outputs`);
    }
    for (const [name, values] of float64)
      requirePair(path, { name: `${run}.${name}`, values, other: float32.get(name) });
  }
  const runs = Array.from({ length: count }, (_, run) => ({
    inputs: Object.fromEntries(input.get(run)!),
    float64: output64.get(run)!,
    float32: output32.get(run)!,
  }));
  const torch = metadata.get("torch") ?? "an unknown version";
  return {
    kind: "recorded",
    statement: `recorded: PyTorch ${torch} gave it, ${path}`,
    runs: runs.map(({ float64 }) => float64),
    noise: outputNoise(runs),
    inputsWith: (prepared) => inputsWith(path, { runs: runs.map(({ inputs }) => inputs), prepared }),
  };
}

/** Floats are there in float64 and float32, anything else twice the same. */
function requirePair(
  path: string,
  { name, values, other }: { readonly name: string; readonly values: Tensor; readonly other: Tensor | undefined },
): void {
  const type = values.dtype === "float64" ? "float32" : values.dtype;
  if (other?.dtype === type && sameShape(other.shape, values.shape)) return;
  const got = other === undefined ? "missing" : `${other.dtype} ${formatShape(other.shape)}`;
  throw new FormatError(`${path}: output32.${name} is ${got}; expected ${type} ${formatShape(values.shape)}`);
}

function inputsWith(
  path: string,
  { runs, prepared }: { readonly runs: readonly Inputs[]; readonly prepared: ModelInputs | undefined },
): ModelInputs {
  const statement = `the inputs are those in ${path}`;
  if (prepared === undefined) {
    const message = "the inputs are PyTorch's: how images are prepared was not checked";
    return { runs, statement, preprocess: { name: "preprocess", status: "not run", reference: "exact", message } };
  }
  if (prepared.runs.length !== runs.length) {
    throw new MismatchError(`${path} was recorded on ${runs.length} images; ${prepared.runs.length} were given`, {
      hint: "Give the same images, in the same order.",
    });
  }
  const different = prepared.runs.filter((run, index) => !sameBits(Object.values(run), Object.values(runs[index]!)));
  const passed = different.length === 0;
  const message = passed
    ? "every input tensor is PyTorch's to the bit"
    : `${different.length} of ${runs.length} input tensors differ from PyTorch's`;
  return {
    runs,
    statement,
    preprocess: { name: "preprocess", status: passed ? "passed" : "failed", reference: "exact", message },
  };
}

function sameBits(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return (
    a.length === b.length &&
    a.every((tensor, index) => {
      const other = b[index]!;
      return (
        tensor.dtype === other.dtype &&
        sameShape(tensor.shape, other.shape) &&
        Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength).equals(
          Buffer.from(other.data.buffer, other.data.byteOffset, other.data.byteLength),
        )
      );
    })
  );
}
