import type { PreprocessConfig } from "@samoyed/core";

/** The version of case.json that this package reads. */
export const CASE_SCHEMA = 1;

/** Weights without training: seeded, with a head that the oracle solved. */
export interface StandInCheckpoint {
  readonly kind: "stand-in";
  /** Says in words that these are no trained weights; shown wherever the case is. */
  readonly note: string;
  readonly seed: string;
  /** The classifier's bias, float32 little-endian: a file beside case.json. */
  readonly head: string;
  readonly headSha256: string;
  /** Over the bytes of all tensors of the state dict, in PyTorch's order. */
  readonly weightsSha256: string;
}

/** A checkpoint in the repository. */
export interface FileCheckpoint {
  readonly kind: "file";
  /** Relative to case.json. */
  readonly path: string;
  readonly sha256: string;
  readonly weightsSha256?: string;
}

/** An image: a file relative to case.json, or an asset that is looked up by name. */
export interface CaseImage {
  readonly path?: string;
  readonly asset?: string;
  /** Of the file. */
  readonly sha256: string;
  /** The true class, where the image has one. */
  readonly label?: number;
}

/** One class that a documented reference names. */
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
  /** Absolute, on each probability; at most 0.001. */
  readonly tolerance: number;
  /** Why that tolerance. */
  readonly reason: string;
}

/** How far PyTorch's own float32 is from its float64, over all images and classes. */
export interface Noise {
  /** F: the largest absolute difference. */
  readonly max: number;
  /** F_rms: the root of the mean squared difference. */
  readonly rms: number;
}

/** How far weights in fewer bits may move the logits of a trained network. */
export interface DriftBudget {
  /** The least ratio, in dB, of the spread of the original's logits to the drift from them; at least 20. */
  readonly sqnr: number;
  /** Why that ratio. */
  readonly reason: string;
}

/** What the oracle computed with PyTorch. */
export interface RecordedReference {
  readonly kind: "recorded";
  /** How the weights were stored before the network ran on what they are read back as: `uint8`. Absent: they were not. */
  readonly stored?: string;
  /** Of stored weights; without one the drift is told and not judged. */
  readonly budget?: DriftBudget;
  /** `.npy` files beside case.json: float64 and float32, `[images, classes]`. */
  readonly logits64: string;
  readonly logits32: string;
  /** Values inside the network for image 0, float64 and float32, `[layers, samples]`. */
  readonly taps64?: string;
  readonly taps32?: string;
  readonly noise: Noise;
  /** Versions, threads, CPU. */
  readonly environment: Readonly<Record<string, string | number>>;
  /** The weights that it was computed with, hashed as in the checkpoint; stored ones as `weightsDigest` does. */
  readonly weightsSha256?: string;
}

/** Where recordings look into the network. */
export interface CaseTaps {
  /** A `.npy` file beside case.json: int32 `[layers, samples]`, places in each layer's `[C, H, W]`. */
  readonly positions: string;
  /** In the order in which they are computed. */
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
  /** The sets that it belongs to, by which cases can be asked for together; `default` alone when absent. */
  readonly sets?: readonly string[];
  /** Backends that take minutes for this network: they run when they are asked for by name. */
  readonly slow?: readonly string[];
  readonly checkpoint: StandInCheckpoint | FileCheckpoint;
  readonly images: readonly CaseImage[];
  readonly preprocess: PreprocessConfig;
  /** Of the float32 little-endian `[3, H, W]` tensor that timm made of each image. */
  readonly inputSha256: readonly string[];
  /** One per class; absent for ImageNet, whose names are an asset. */
  readonly labels?: readonly string[];
  /** For how many of the labeled images PyTorch predicts the true class; it must agree with the recorded logits. */
  readonly accuracy?: { readonly correct: number; readonly total: number };
  readonly taps?: CaseTaps;
  readonly references: readonly (DocumentedReference | RecordedReference)[];
}
