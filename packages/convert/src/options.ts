import type { ByteSource, ContractReference, PreprocessConfig, ReadOptions, Sink } from "@samoyed/core";
import type { WeightsOptions } from "./find/find-weights.ts";
import type { FormatOptions } from "./format-options.ts";

/** How far a conversion is. */
export interface ConvertProgress {
  /** The file that is being written. */
  readonly file: string;
  /** Bytes written, of all files together. */
  readonly done: number;
  readonly total: number;
}

/** Options that decide how a checkpoint is converted, wherever it comes from. */
export interface ModelOptions extends ReadOptions, WeightsOptions {
  /** The names of the formats to write, of `FORMATS`; its first when absent. */
  readonly formats?: readonly string[];
  /** timm's name, present or former, with or without tag. Without it the network is recognized from its tensors. */
  readonly model?: string;
  /** Settings of the network that its tensors do not show, by name: `activation`, `epsilon`. */
  readonly assume?: ReadonlyMap<string, string>;
  /** Whether to refuse what nothing says, in place of assuming it. */
  readonly strict?: boolean;
  /** Whether to go on where stored checksums do not match; each mismatch is then a warning. */
  readonly allowDamaged?: boolean;
  /** Pooled features in place of logits: timm's `num_classes=0`. */
  readonly features?: boolean;
  /** Puts the stage outputs out as well: timm's `features_only`. */
  readonly taps?: boolean;
  /** One name per class, in class order. */
  readonly labels?: readonly string[];
  /**
   * How weights are stored, one of each format's `weights`; they compute as float32 in any case. When absent, float32,
   * and 8 bits for the weights of a model that are such integers there, where a format holds those exactly.
   */
  readonly weights?: string;
  /** Options that only some formats have: `{ tfjs: { layout: "nhwc" } }`. */
  readonly formatOptions?: FormatOptions;
  /** Whether batch norms are folded and the like; true when absent. */
  readonly fold?: boolean;
  /** Replaces parts of the model's own preprocessing, or all of it: for a checkpoint that was trained in another way. */
  readonly preprocess?: Partial<PreprocessConfig>;
  /** Replaces the model's license. */
  readonly license?: string;
  /** Says in words that the weights are a stand-in, where they are. */
  readonly standIn?: string;
  /** The reference's answers for known images; they travel in the artifact. */
  readonly references?: readonly ContractReference[];
  readonly onProgress?: (progress: ConvertProgress) => void;
}

/** Options of `convertCheckpoint`. */
export interface ConvertOptions extends ModelOptions {
  /** Opens an output file by its name, such as `resnet18.a1_in1k.onnx`. */
  readonly createSink: (file: string) => Promise<Sink>;
  /** Opens a file that the checkpoint names beside itself: a shard. */
  readonly resolve?: (file: string) => Promise<ByteSource>;
  /** The source's file name, never its folder; the last part of the source's label when absent. */
  readonly sourceName?: string;
  /**
   * The source's SHA-256, if the caller knows or computes it meanwhile. Without it, the source is read a second time.
   */
  readonly sourceSha256?: string | Promise<string>;
}
