import type { PreprocessConfig } from "@samoyed/core";

/** The version of case.json that this package reads. */
export const CASE_SCHEMA = 1;

/** Untrained weights: seeded, with a head and signs that the oracle solved. */
export interface StandInCheckpoint {
  readonly kind: "stand-in";
  /** Statement that these are not trained weights; shown wherever the case is shown. */
  readonly note: string;
  readonly seed: string;
  /** The classifier's bias, float32 little-endian: a file next to case.json. */
  readonly head: string;
  readonly headSha256: string;
  /** The signs of its batch norms (`StandInValues`): a file next to case.json. */
  readonly signs: string;
  readonly signsSha256: string;
  /** SHA-256 over the bytes of all tensors of the state dict, in PyTorch's order. */
  readonly weightsSha256: string;
}

/** A checkpoint in the repository. */
export interface FileCheckpoint {
  readonly kind: "file";
  /** Path relative to case.json. */
  readonly path: string;
  readonly sha256: string;
  readonly weightsSha256?: string;
}

/** An image: a file relative to case.json, or an asset looked up by name. */
export interface CaseImage {
  readonly path?: string;
  readonly asset?: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** The true class, if known. */
  readonly label?: number;
}

/** One class named by a documented reference. */
export interface DocumentedClass {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** Published numbers for image 0. */
export interface DocumentedReference {
  readonly kind: "documented";
  readonly source: string;
  /** In descending order. */
  readonly top: readonly DocumentedClass[];
  /** Absolute tolerance on each probability; at most 0.001. */
  readonly tolerance: number;
  /** Reason for the tolerance. */
  readonly reason: string;
}

/** Difference between PyTorch's own float32 and float64, over all images and classes. */
export interface Noise {
  /** F: the largest absolute difference. */
  readonly max: number;
  /** F_rms: the root of the mean squared difference. */
  readonly rms: number;
}

/** Limit on how far weights in fewer bits may move the logits of a trained network. */
export interface DriftBudget {
  /** Smallest allowed ratio, in dB, of the spread of the original logits to the drift from them; at least 20. */
  readonly sqnr: number;
  /** Reason for the ratio. */
  readonly reason: string;
}

/** Outputs that the oracle computed with PyTorch. */
export interface RecordedReference {
  readonly kind: "recorded";
  /** Storage of the weights, such as `uint8`: the network ran on the values read back. Absent: unchanged. */
  readonly stored?: string;
  /** Drift budget of stored weights; without one the drift is reported but not judged. */
  readonly budget?: DriftBudget;
  /** `.npy` files next to case.json: float64 and float32, `[images, classes]`. */
  readonly logits64: string;
  readonly logits32: string;
  /** Values inside the network for image 0, float64 and float32, `[layers, samples]`. */
  readonly taps64?: string;
  readonly taps32?: string;
  readonly noise: Noise;
  /** Versions, threads, CPU. */
  readonly environment: Readonly<Record<string, string | number>>;
  /** Hash of the weights that it was computed with, as in the checkpoint; for stored ones, their `weightsDigest`. */
  readonly weightsSha256?: string;
}

/** Positions inside the network that recordings sample. */
export interface CaseTaps {
  /** A `.npy` file next to case.json: int32 `[layers, samples]`, positions in each layer's `[C, H, W]`. */
  readonly positions: string;
  /** In order of computation. */
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** A golden case, as in case.json. */
export interface GoldenCase {
  readonly schema: typeof CASE_SCHEMA;
  readonly name: string;
  readonly title: string;
  /** timm's name with its tag. */
  readonly model: string;
  /** The task, as in the model's contract; classification (`logits`) when absent. */
  readonly task?: string;
  /** Sets that it belongs to; a set selects several cases by one name. Only `default` when absent. */
  readonly sets?: readonly string[];
  /** Backends that take minutes for this network: they run only when requested by name. */
  readonly slow?: readonly string[];
  readonly checkpoint: StandInCheckpoint | FileCheckpoint;
  readonly images: readonly CaseImage[];
  readonly preprocess: PreprocessConfig;
  /** SHA-256 of the float32 little-endian `[3, H, W]` tensor that timm made of each image. */
  readonly inputSha256: readonly string[];
  /** Number of images, and SHA-256 of a line `IMAGE INPUT LABEL` for each: its hashes, and its class or `-`. */
  readonly imageSet: { readonly count: number; readonly sha256: string };
  /** One per class; absent for ImageNet, whose names are an asset. */
  readonly labels?: readonly string[];
  /** Number of labeled images for which PyTorch predicts the true class; it must agree with the recorded logits. */
  readonly accuracy?: { readonly correct: number; readonly total: number };
  readonly taps?: CaseTaps;
  readonly references: readonly (DocumentedReference | RecordedReference)[];
}
