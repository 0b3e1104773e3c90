import type { Check } from "./check.ts";
import type { LoadedRecording } from "./load-recording.ts";
import type { LoadedCase } from "./open-case.ts";

/** How weights are stored where they are stored as they are. */
export const UNCHANGED = "float32";

/** Weights that are not the case's own: a checkpoint that the user has. */
export interface OtherWeights {
  /** For reports: a file's name. */
  readonly name: string;
  /** Over the bytes of all tensors of the state dict, in PyTorch's order, as `weightsSha256` in case.json. */
  readonly sha256: string;
}

/** Which weights run. */
export interface WeightsInUse {
  /** In place of the case's own. */
  readonly weights: OtherWeights | undefined;
  /** How they are stored: `float32`, `uint8`. */
  readonly stored: string;
}

/** The recordings that a backend is compared with. */
export interface Picked {
  /** PyTorch on the very weights in use. */
  readonly recording: LoadedRecording | undefined;
  /** PyTorch on the weights before they were stored in fewer bits; `undefined` where they were not. */
  readonly original: LoadedRecording | undefined;
  /** Whether stored weights are those of the recording; `undefined` where that is no question. */
  readonly check: Check | undefined;
}

/** Whether the weights in use are other ones than the case's. */
export function areOther(loaded: LoadedCase, weights: OtherWeights | undefined): weights is OtherWeights {
  return weights !== undefined && weights.sha256 !== loaded.case.checkpoint.weightsSha256;
}

/** The recording that was made with a checkpoint's weights as they are, if there is one. */
export function pickOriginal(loaded: LoadedCase, weights: OtherWeights | undefined): LoadedRecording | undefined {
  const unchanged = loaded.recorded.filter(({ stored }) => stored === undefined);
  if (areOther(loaded, weights)) return unchanged.find((recording) => recording.weightsSha256 === weights.sha256);
  const own = loaded.case.checkpoint.weightsSha256;
  return unchanged.find(
    (recording) => recording.weightsSha256 === undefined || own === undefined || recording.weightsSha256 === own,
  );
}

/**
 * Picks the recordings that a backend is compared with. Stored weights are found by their hash: where the case's own, stored in
 * a way that was recorded, are not those of a recording, that is a failure and not a missing reference.
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
