import type * as Converter from "@tensorflow/tfjs-converter";
import type * as Core from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { GraphNode, Model } from "@samoyed/tfjs-file";

/** Modules that all engines share. */
export interface Tf {
  readonly core: typeof Core;
  readonly converter: typeof Converter;
}

/** A model's weights on an engine, and the graph that uses them. */
export interface LoadedWeights {
  readonly nodes: readonly GraphNode[];
  readonly tensors: Record<string, Tensor>;
}

/** Computes a graph over weights on an engine; both methods require the engine to be current. */
export interface Executor {
  /**
   * Computes the values of outputs and nodes, by name, from tensors by the inputs' names. The caller owns the returned
   * tensors.
   */
  execute(inputs: Readonly<Record<string, Tensor>>, names: readonly string[]): readonly Tensor[];
  /** Also frees the weights. */
  dispose(): void;
}

/** One of TensorFlow.js's engines, and how it is loaded. */
export interface EngineSource {
  /** Samoyed's name of the backend. */
  readonly name: string;
  /** TensorFlow.js's own name of it. */
  readonly engine: "cpu" | "wasm" | "webgl" | "webgpu" | "tensorflow";
  /** The npm package that registers it. */
  readonly package: string;
  /** Fix if it is installed but does not start. */
  readonly fix: string;
  /** Command that sets it up after npm has installed its files, for a package whose install script needs a network. */
  readonly setUp?: string;
  /** Whether it must be started to know whether it runs here: there may be no graphics. */
  readonly uncertain: boolean;
  /** Imports the package, which registers the engine; returns the package's version. */
  importEngine(tf: Tf, threads: number | undefined): Promise<string>;
  /**
   * Makes the engine copy a tensor's elements now; otherwise it would keep the array until the first run and then have
   * everything twice. Synchronous, and called while the engine is current.
   */
  upload?(tf: Tf, tensor: Tensor): void;
  /** Engine-specific way to compute a graph, faster than a call for each node; `undefined` for a graph that it cannot run. */
  makeExecutor?(tf: Tf, model: Model, loaded: LoadedWeights): Promise<Executor | undefined>;
}

/** An engine that is started, for a session. */
export interface Engine {
  readonly source: EngineSource;
  readonly tf: Tf;
  readonly version: string;
}
