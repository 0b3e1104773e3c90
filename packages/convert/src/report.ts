import type { Contract } from "@samoyed/core";
import type { Assumption } from "@samoyed/models";

/** A file that was written. */
export interface WrittenFile {
  /** The format's name. */
  readonly format: string;
  readonly file: string;
  readonly byteLength: number;
}

/** By format, how many weights are stored in which way: `{ smyd: { float32: 20, int8: 12 } }`. */
export type WeightStorage = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Where the preprocessing in the contract comes from. */
export type PreprocessOrigin =
  /** The caller gave it. */
  | "given"
  /** It is the named model's. */
  | "model"
  /** The checkpoint says it, beside the name of the model. */
  | "checkpoint"
  /** All published models with the same tensors agree on it. */
  | "candidates"
  /** Nothing is known: timm's own default, which may be wrong. */
  | "default";

/** How often a rewrite changed the graph, and why it sometimes did not. */
export interface RewriteReport {
  readonly rewrite: string;
  readonly applied: number;
  readonly declined: readonly { readonly node: string; readonly reason: string }[];
}

/** Report of a conversion. */
export interface ConvertReport {
  /** The model's name: the registry's where one was named, else what the tensors show. */
  readonly model: string;
  readonly numClasses: number;
  /** Published models that have the same tensors. */
  readonly candidates: readonly string[];
  readonly contract: Contract;
  readonly preprocessFrom: PreprocessOrigin;
  /** Of each format its entry first, by which the model is opened. */
  readonly files: readonly WrittenFile[];
  readonly storage: WeightStorage;
  /** Wrappers that were removed to find the weights, such as `state_dict` and `module.`. */
  readonly unwrapped: readonly string[];
  /** The checkpoint's statements about its network besides the tensors, by its place there: `arch`, `args.img_size`. */
  readonly recorded: Readonly<Record<string, string>>;
  readonly rewrites: readonly RewriteReport[];
  /** What the tensors do not show, and what it was taken from. */
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly string[];
  /** Wall-clock time: of opening and recognizing, of building and rewriting the graph, of writing. */
  readonly milliseconds: {
    readonly open: number;
    readonly build: number;
    readonly write: number;
    readonly total: number;
  };
}
