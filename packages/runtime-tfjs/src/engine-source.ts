import type * as Converter from "@tensorflow/tfjs-converter";
import type * as Core from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { GraphNode, Model } from "@samoyed/tfjs-file";

/** The modules that every engine shares. */
export interface Tf {
  readonly core: typeof Core;
  readonly converter: typeof Converter;
}

/** A model's weights on an engine, and the graph that takes them. */
export interface LoadedWeights {
  readonly nodes: readonly GraphNode[];
  readonly tensors: Record<string, Tensor>;
}

/** A graph over weights that are on an engine, ready to be computed; both calls while the engine is the current one. */
export interface Executor {
  /**
   * Computes the values of outputs and nodes, by name, from tensors by the inputs' names. The tensors that it gives are
   * the caller's.
   */
  execute(inputs: Readonly<Record<string, Tensor>>, names: readonly string[]): readonly Tensor[];
  /** Frees the weights as well. */
  dispose(): void;
}

/** One of TensorFlow.js's engines, and how it gets here. */
export interface EngineSource {
  /** The backend's name for us. */
  readonly name: string;
  /** TensorFlow.js's own name of it. */
  readonly engine: "cpu" | "wasm" | "webgl" | "webgpu" | "tensorflow";
  /** The npm package that registers it. */
  readonly package: string;
  /** What mends it where it is installed and does not start. */
  readonly fix: string;
  /** What makes it work after npm has installed its files, for a package whose own install script needs a network. */
  readonly setUp?: string;
  /** Whether only starting it tells whether it runs here: there may be no graphics. */
  readonly uncertain: boolean;
  /** Imports the package, which registers the engine; gives the package's version. */
  importEngine(tf: Tf, threads: number | undefined): Promise<string>;
  /**
   * Makes the engine take a tensor's elements now, where it would keep the array until the first run and hold everything
   * twice then. Synchronous, and called while the engine is the current one.
   */
  upload?(tf: Tf, tensor: Tensor): void;
  /** Its own way to compute a graph, faster than a call for each node; `undefined` for a graph that it cannot take. */
  makeExecutor?(tf: Tf, model: Model, loaded: LoadedWeights): Promise<Executor | undefined>;
}

/** What takes the engine's part in a session. */
export interface Engine {
  readonly source: EngineSource;
  readonly tf: Tf;
  readonly version: string;
}
