import type { ByteSource, Contract, ModelFiles, ReadOptions, Shape, Sink } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import type { Sizes } from "./fix-sizes.ts";
import type { InputValues } from "./fix-values.ts";
import type { FormatOption, OptionValues } from "./format-option.ts";
import type { ModelDescription } from "./model-description.ts";

/**
 * A format of converted models. Each format's package exports one; `@samoyed/convert` lists them, and everything else
 * goes through that list.
 */
export interface Format {
  /** Name in `--to` and reports: `onnx`. */
  readonly name: string;
  /** Title in texts: `TensorFlow.js`. */
  readonly title: string;
  /** Noun for its file: `an ONNX model`. */
  readonly noun: string;
  /** Ending of a model's path, its folder's where it has one: `.onnx`. Case is ignored. */
  readonly ending: string;
  /** The file by which a model is opened, where a model is a folder of files: `model.json`. */
  readonly entry?: string;
  /** Choices of weight storage: `float32` first. */
  readonly weights: readonly string[];
  /** Lists the canonical operators that it takes; others are spelled by these where they can be. All where absent. */
  readonly operators?: () => Promise<readonly string[]>;
  /** Options that only this format has. */
  readonly options: readonly FormatOption[];
  /**
   * Prepares a graph for writing: finds every node that the writer or the format's own runtime would refuse, before
   * anything is written. Of the weights only small constants are read.
   *
   * @throws UnsupportedError when the format cannot hold the graph at all; UsageError as `write` does.
   */
  readonly prepare: (graph: Graph, context: PrepareContext) => Promise<PreparedModel>;
  /**
   * Reads a model back, so that it can be converted again; absent where a model contains less than its graph did.
   * Weights stay in the files until they are asked for.
   *
   * @throws FormatError, UnsupportedError when the file is damaged or something else; what `fixSizes` throws.
   */
  readonly read?: (files: ModelFiles, options: ReadModelOptions) => Promise<OpenModel>;
  /** Whether a model may become one of the same format again, so that one of an earlier version can be renewed. */
  readonly renews?: boolean;
  /** Describes a model; no weight is read. */
  readonly describe: (files: ModelFiles, options: ReadOptions) => Promise<ModelDescription>;
  /**
   * Gives the weights of a model as an engine computes with them, as float32, under PyTorch's names and in its order of
   * elements, for the comparison with what was converted.
   *
   * @throws MismatchError when a weight does not have the shape that the checkpoint gives it.
   */
  readonly readWeights: (files: ModelFiles, options: ReadWeightsOptions) => Promise<void>;
  /** Whether a file whose name says nothing is a model of this format; absent where only the name can say it. */
  readonly sniff?: (source: ByteSource, options: ReadOptions) => Promise<boolean>;
  /**
   * Names of files beside an entry of this text that only an earlier model of ours has, which a new one replaces; a
   * name that the user may have chosen is not among them.
   */
  readonly ownFiles?: (entry: string) => readonly string[];
  /** Whether a file beside a model's own, `resnet18.onnx`, is one that only a model of ours of that name has. */
  readonly isOwnFile?: (model: string, file: string) => boolean;
}

/** A format of models that are read; it may be one that is not written. */
export type SourceFormat = Pick<
  Format,
  "name" | "title" | "noun" | "ending" | "entry" | "read" | "renews" | "describe" | "sniff"
>;

/** Opens an output file by its path below the output folder. */
export type CreateSink = (file: string) => Promise<Sink>;

/** What a graph is to become. */
export interface PrepareContext extends ReadOptions {
  /** Absent for a model of another producer. */
  readonly contract: Contract | undefined;
  /**
   * Weight storage, one of the format's. When absent it is float32, and 8 bits for weights that are such integers in
   * the source, where the format holds those exactly.
   */
  readonly weights: string | undefined;
  /** Values of the format's own options, by name, as their `read` gave them. */
  readonly options: OptionValues;
}

/** A graph that a format has prepared. */
export interface PreparedModel {
  /** In the graph's order; a model that has some must not be written. */
  readonly refusals: readonly Refusal[];
  /** How many weights are stored in which way: `{ float32: 20, int8: 12 }`. */
  readonly storage: Readonly<Record<string, number>>;
  /**
   * Writes the model; weights are read only now.
   *
   * @throws UnsupportedError when a weight cannot be stored as asked.
   */
  readonly write: (context: WriteContext) => Promise<WrittenModel>;
}

/** Where a model goes. */
export interface WriteContext extends ReadOptions {
  /** The output's name without an ending; the writer adds its own. */
  readonly name: string;
  /** Opens an output file. Sinks are committed and aborted by the caller, all together. */
  readonly createSink: CreateSink;
}

/** Result of a format's writer. */
export interface WrittenModel {
  /** The file by which the model is opened; it becomes visible after the others. */
  readonly entry: string;
  /** Offset in the entry of the 64 digits of the contract's `source.sha256`; `undefined` where it has none. */
  readonly sourceHashOffset: number | undefined;
}

/** Options of `Format.read`. */
export interface ReadModelOptions extends ReadOptions {
  /** Open sizes of inputs to fix, as `fixSizes` takes them. */
  readonly sizes?: Sizes | undefined;
  /** Inputs of one number to fix, as `fixValues` takes them. */
  readonly values?: InputValues | undefined;
}

/** A model that was read back. */
export interface OpenModel {
  readonly graph: Graph;
  readonly contract?: Contract | undefined;
  /** Warnings for the user. */
  readonly warnings?: readonly string[];
  /**
   * Checks everything that was read, weights included, against checksums in the file; absent where it has none, or each
   * weight is checked as it is read.
   *
   * @throws FormatError naming what does not match.
   */
  readonly verify?: (options?: ReadOptions) => Promise<void>;
  /** Closes the files; the graph's weights cannot be read afterwards. */
  readonly close: () => Promise<void>;
}

/** Options of `Format.readWeights`. */
export interface ReadWeightsOptions extends ReadOptions {
  /** The shapes that PyTorch has, by name; weights that were made by a rewrite are not among them. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Whether a weight is asked for. */
  readonly wanted: (name: string) => boolean;
  /** Takes a weight; the array is its own to keep. */
  readonly take: (name: string, values: Float32Array) => Promise<void>;
}

/** A node that a runtime does not compute, and why; no node where the graph itself is refused. */
export interface Refusal {
  readonly node?: string;
  readonly op?: string;
  readonly reason: string;
}
