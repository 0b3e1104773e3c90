import type { Check } from "./check.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { LoadedCase } from "./open-case.ts";

/** Storage of weights that are stored unchanged. */
export const UNCHANGED = "float32";

/** Weights other than the case's: a checkpoint of the user. */
export interface OtherWeights {
  /** Name for reports: that of the file. */
  readonly name: string;
  /** SHA-256 over the bytes of all tensors of the state dict, in PyTorch's order, as `weightsSha256` in case.json. */
  readonly sha256: string;
}

/** Weights that run. */
export interface WeightsInUse {
  /** Weights in place of the case's. */
  readonly weights: OtherWeights | undefined;
  /** Storage: `float32`, `uint8`. */
  readonly stored: string;
}

/** The recordings that a backend is compared with. */
export interface Picked {
  /** PyTorch on exactly the weights in use. */
  readonly recording: LoadedRecording | undefined;
  /** PyTorch on the weights before they were stored in fewer bits; `undefined` where they were not. */
  readonly original: LoadedRecording | undefined;
  /** Whether stored weights are those of the recording; `undefined` where it does not apply. */
  readonly check: Check | undefined;
}

/** Whether the weights in use differ from the case's. */
export function areOther(loaded: LoadedCase, weights: OtherWeights | undefined): weights is OtherWeights {
  return weights !== undefined && weights.sha256 !== loaded.case.checkpoint.weightsSha256;
}

/** Finds the recording of a checkpoint's unchanged weights, if there is one. */
export function pickOriginal(loaded: LoadedCase, weights: OtherWeights | undefined): LoadedRecording | undefined {
  const unchanged = loaded.recorded.filter(({ stored }) => stored === undefined);
  if (areOther(loaded, weights)) return unchanged.find((recording) => recording.weightsSha256 === weights.sha256);
  const own = loaded.case.checkpoint.weightsSha256;
  return unchanged.find(
    (recording) => recording.weightsSha256 === undefined || own === undefined || recording.weightsSha256 === own,
  );
}

/**
 * Picks the recordings that a backend is compared with. Stored weights are found by their hash: if the
 * case's own weights, stored in a way that was recorded, have another hash than the recording, that is a failure and not
 * a missing reference.
 */
export function pickRecordings(
  loaded: LoadedCase,
  { weights, stored, sha256 }: WeightsInUse & { readonly sha256: string | undefined },
): Picked {
  const original = pickOriginal(loaded, weights);
  if (stored === UNCHANGED) return { recording: original, original: undefined, check: undefined };
  const candidates = loaded.recorded.filter((recording) => recording.stored === stored);
  const recording = candidates.find(({ weightsSha256 }) => weightsSha256 === sha256);
  if (areOther(loaded, weights) || candidates.length === 0) return { recording, original, check: undefined };
  return { recording, original, check: weightsCheck(recording, { stored, sha256 }) };
}

function weightsCheck(
  recording: LoadedRecording | undefined,
  { stored, sha256 }: { readonly stored: string; readonly sha256: string | undefined },
): Check {
  const common = { name: "weights", reference: "exact" } as const;
  if (recording) {
    return { ...common, status: "passed", message: `the weights read back from ${stored} are PyTorch's to the bit` };
  }
  const found = sha256 === undefined ? "the backend does not say which they are" : `they have SHA-256 ${sha256}`;
  return {
    ...common,
    status: "failed",
    message: `the weights read back from ${stored} are not those that PyTorch was given; ${found}`,
  };
}
