import type { PreprocessConfig } from "./preprocess-config.ts";

/** The version of the contract's JSON schema; a reader refuses a later one. */
export const CONTRACT_VERSION = 1;

/** An output of the reference (PyTorch) for a named input, with which a runtime can test itself. */
export interface ContractReference {
  /** `documented`: published with the weights. `recorded`: the oracle computed it. */
  readonly kind: "documented" | "recorded";
  readonly source: string;
  /** SHA-256 of the input image's file, when it has one. */
  readonly imageSha256?: string;
  /** The largest probabilities, in descending order. */
  readonly top: readonly { readonly index: number; readonly label?: string; readonly probability: number }[];
}

/** A network's output for an input generated from a seed, with which a runtime can test that it computes correctly. */
export interface ContractSelfTest {
  /** Seed of the input's random numbers, 1 to 2^31 - 1; the `.smyd` runtime defines the generator. */
  readonly seed: number;
  /** Elements of the output, evenly spaced, starting with the first. */
  readonly values: readonly number[];
  /** Largest absolute error allowed per element. */
  readonly tolerance: number;
  /** Description of what computed them. */
  readonly by: string;
}

/** A setting that a checkpoint's tensors do not show, and what it was taken from when the checkpoint was converted. */
export interface ContractAssumption {
  /** Such as `activation`, `preprocessing`. */
  readonly setting: string;
  readonly value: string;
  /** `given`: by an option; `file`: the checkpoint says it; `published`: the network of that name has it; `assumed`: nothing says it. */
  readonly origin: "given" | "file" | "published" | "assumed";
  /** What says it: `args.model`, `resnet18`. */
  readonly source?: string;
}

/**
 * Keys that the contracts of all tasks have. A contract is everything a runtime needs besides the graph; it is stored in every artifact (ONNX `metadata_props`, tfjs
 * `userDefinedMetadata`, the `.smyd` header) under the key `samoyed`.
 */
export interface ContractBase {
  readonly version: typeof CONTRACT_VERSION;
  /** timm's name with its tag, such as `resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k`. */
  readonly model: string;
  /** What the output is: the name of a `ContractTask`, or of a task that only a later version knows. */
  readonly task: string;
  /** Names of the input and outputs in the graph. Input layout is NCHW float32 unless the format says otherwise. */
  readonly input: string;
  readonly output: string;
  /** Names of the tapped intermediate outputs, if any. */
  readonly taps?: readonly string[];
  readonly preprocess: PreprocessConfig;
  /**
   * How weights are stored, in the format's words: `float32`, `uint8`. They compute as float32. `float32` also where some
   * are 8-bit integers in the source and stay so without a loss.
   */
  readonly weights: string;
  readonly license?: string;
  /** The converted file: its name (never its folder) and its SHA-256. */
  readonly source?: { readonly name: string; readonly sha256: string };
  /** What the weights do not show of the network and its images. */
  readonly assumptions?: readonly ContractAssumption[];
  /** A description of the stand-in weights; present only when the weights are a stand-in. */
  readonly standIn?: string;
  readonly references?: readonly ContractReference[];
  readonly selfTest?: ContractSelfTest;
  /** `samoyed` and its version. */
  readonly generator: string;
}
