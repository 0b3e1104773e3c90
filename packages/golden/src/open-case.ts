import { FormatError, formatShape, MismatchError, parseNpy, sameShape, type Tensor } from "@samoyed/core";
import type { DocumentedReference, GoldenCase, Noise, RecordedReference } from "./case.ts";
import { accuracyOf, answersOf } from "./answers.ts";
import { measureNoise } from "./noise.ts";
import { parseCase } from "./parse-case.ts";

/** Where a case's files come from. */
export interface CaseFiles {
  /** For error messages: the folder or address of the case. */
  readonly label: string;
  /** Reads a file by its path relative to case.json. */
  read(path: string): Promise<Uint8Array>;
}

/** A recorded reference with its arrays. */
export interface LoadedRecording extends RecordedReference {
  /** `[images, classes]`. */
  readonly values64: Tensor<"float64">;
  readonly values32: Tensor<"float32">;
  readonly noise: Noise;
}

/** A case with its recorded arrays; images and checkpoint are read when they are needed. */
export interface LoadedCase {
  readonly case: GoldenCase;
  readonly files: CaseFiles;
  readonly recorded: readonly LoadedRecording[];
  readonly documented: readonly DocumentedReference[];
}

/** JSON carries doubles exactly; only the order of a sum may differ between two programs. */
const NOISE_AGREEMENT = 1e-6;

/**
 * Reads case.json and the arrays that it names, and checks that they belong together: the shapes, and that the noise
 * stated is the noise of the arrays, so that nobody widens a gate by editing a number.
 *
 * @throws FormatError when a file is not what it must be.
 * @throws MismatchError when the files contradict one another.
 */
export async function openCase(files: CaseFiles): Promise<LoadedCase> {
  const label = `${files.label}/case.json`;
  const parsed = parseCase(new TextDecoder().decode(await files.read("case.json")), label);
  const recorded: LoadedRecording[] = [];
  const documented: DocumentedReference[] = [];
  for (const reference of parsed.references) {
    if (reference.kind === "documented") documented.push(reference);
    else recorded.push(await loadRecording(reference, { files, images: parsed.images.length }));
  }
  const classes = recorded[0]?.values64.shape[1];
  if (parsed.labels && classes !== undefined && parsed.labels.length !== classes) {
    throw new MismatchError(
      `${label}: has ${parsed.labels.length} labels; the recorded logits have ${classes} classes`,
    );
  }
  const [recording] = recorded;
  if (parsed.accuracy && recording) checkAccuracy(parsed, { recording, label });
  return { case: parsed, files, recorded, documented };
}

function checkAccuracy(
  { accuracy, images }: GoldenCase,
  { recording, label }: { readonly recording: LoadedRecording; readonly label: string },
): void {
  const { data, shape } = recording.values64;
  const measured = accuracyOf(answersOf(data, shape[1]!), { labels: images.map((image) => image.label) });
  if (measured?.correct !== accuracy!.correct || measured.images !== accuracy!.total) {
    throw new MismatchError(
      `${label}: accuracy is ${accuracy!.correct} of ${accuracy!.total}; the recorded logits give ${measured?.correct ?? 0} of ${measured?.images ?? 0}`,
    );
  }
}

async function loadRecording(
  reference: RecordedReference,
  { files, images }: { readonly files: CaseFiles; readonly images: number },
): Promise<LoadedRecording> {
  const values64 = parseNpy(await files.read(reference.logits64));
  const values32 = parseNpy(await files.read(reference.logits32));
  const where = (file: string): string => `${files.label}/${file}`;
  if (!isDoubles(values64) || values64.shape.length !== 2 || values64.shape[0] !== images) {
    throw new FormatError(
      `${where(reference.logits64)}: is ${values64.dtype} ${formatShape(values64.shape)}; expected float64 [${images}, classes]`,
    );
  }
  if (!isFloats(values32) || !sameShape(values32.shape, values64.shape)) {
    throw new FormatError(
      `${where(reference.logits32)}: is ${values32.dtype} ${formatShape(values32.shape)}; expected float32 ${formatShape(values64.shape)}`,
    );
  }
  const measured = measureNoise(values32.data, values64.data);
  for (const key of ["max", "rms"] as const) {
    const stated = reference.noise[key];
    if (!(Math.abs(stated - measured[key]) <= measured[key] * NOISE_AGREEMENT)) {
      throw new MismatchError(
        `${where("case.json")}: noise.${key} is ${stated}; the recorded logits have ${measured[key]}`,
        {
          hint: "Record the case again with tools/oracle: nothing else may write a reference.",
        },
      );
    }
  }
  return { ...reference, values64, values32, noise: measured };
}

function isDoubles(tensor: Tensor): tensor is Tensor<"float64"> {
  return tensor.dtype === "float64";
}

function isFloats(tensor: Tensor): tensor is Tensor<"float32"> {
  return tensor.dtype === "float32";
}
