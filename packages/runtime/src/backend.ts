import type { Contract, DType, Tensor } from "@samoyed/core";

/** Whether a backend can run here; if not, the reason and the fix. */
export type Availability =
  | { readonly available: true; readonly version: string }
  | { readonly available: false; readonly reason: string; readonly fix: string };

/** A converted model: a path (Node), a URL, its bytes, or a file chosen in a page. */
export type Artifact = string | URL | Uint8Array | Blob;

/** A model's input or output; `string` sizes are symbolic (`N`). */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** Options of one run. */
export interface RunOptions {
  /** Names of intermediate values to return in addition to the outputs. */
  readonly taps?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** A loaded model. Not safe for concurrent runs unless the backend says so. */
export interface Session {
  readonly backend: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The contract inside the artifact; `undefined` for a model that Samoyed did not write. */
  readonly contract: Contract | undefined;
  /**
   * Runs the model. Tensors are NCHW, float32 unless the port says otherwise; outputs are copies that the caller owns.
   *
   * @throws ShapeError when an input is missing, unknown, or its dtype or shape does not match its port.
   */
  run(inputs: Readonly<Record<string, Tensor>>, options?: RunOptions): Promise<Map<string, Tensor>>;
  /** Frees the engine's memory; a disposed session throws. */
  dispose(): Promise<void>;
}

/** Progress of loading a model, in bytes; `total` is known once its header is read. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** Options of `Backend.load`. */
export interface LoadOptions {
  /** Threads that the engine may use; the engine's default when absent. */
  readonly threads?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called while a model loads, by backends that read it in pieces. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** An engine that runs one format. */
export interface Backend {
  /** Stable name, as for `--backend`: `onnxruntime-node`, `tfjs-wasm`, … */
  readonly name: string;
  /** Name of the artifact format that it loads: `onnx`, `tfjs`, `smyd`. */
  readonly format: string;
  /** The only platform that has this engine; absent for one that can be had everywhere. */
  readonly runsIn?: "browser" | "node";
  availability(): Promise<Availability>;
  load(artifact: Artifact, options?: LoadOptions): Promise<Session>;
}
