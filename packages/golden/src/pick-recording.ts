import type { LoadedCase, LoadedRecording } from "./open-case.ts";

/** Weights that are not the case's own: a checkpoint that the user has. */
export interface OtherWeights {
  /** For reports: a file's name. */
  readonly name: string;
  /** Over the bytes of all tensors of the state dict, in PyTorch's order, as `weightsSha256` in case.json. */
  readonly sha256: string;
}

/** Whether the weights in use are other ones than the case's. */
export function areOther(loaded: LoadedCase, weights: OtherWeights | undefined): weights is OtherWeights {
  return weights !== undefined && weights.sha256 !== loaded.case.checkpoint.weightsSha256;
}

/** The recording that was made with the weights in use, if there is one. */
export function pickRecording(loaded: LoadedCase, weights: OtherWeights | undefined): LoadedRecording | undefined {
  if (areOther(loaded, weights)) return loaded.recorded.find((recording) => recording.weightsSha256 === weights.sha256);
  const own = loaded.case.checkpoint.weightsSha256;
  return loaded.recorded.find(
    (recording) => recording.weightsSha256 === undefined || own === undefined || recording.weightsSha256 === own,
  );
}
