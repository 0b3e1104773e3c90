import { UnavailableError } from "@samoyed/core";
import type { Availability } from "@samoyed/runtime";
import type { Env, InferenceSession } from "onnxruntime-web";
import { type EngineName, importError } from "./import-error.ts";
import type { OrtTensorConstructor } from "./ort-tensors.ts";

/** Exports of both onnxruntime packages. */
export interface OrtModule {
  readonly InferenceSession: {
    create(path: string, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
    create(bytes: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: OrtTensorConstructor;
  readonly env: Env;
}

/** A model as an engine loads it. */
export interface Model {
  /** The path, the URL or `memory`, for error messages. */
  readonly label: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Input of the engine: a path that it reads itself, or all bytes. */
  readonly model: string | Uint8Array;
  /** Reads all bytes and appends `patch`, for a separate engine session; not kept. */
  withPatch(patch: Uint8Array): Promise<Uint8Array>;
  /** Location of the external data of a model given as bytes. */
  readonly folder?: string;
}

/**
 * Imports an engine.
 *
 * @throws UnavailableError with the reason and the fix, when it is not installed or does not load here.
 */
export async function importEngine(name: EngineName, load: () => Promise<unknown>): Promise<OrtModule> {
  try {
    const module = (await load()) as OrtModule & { readonly default?: OrtModule };
    // onnxruntime-node is CommonJS: some loaders provide its exports by name, all provide them as the default.
    return module.InferenceSession ? module : module.default!;
  } catch (cause) {
    throw importError(name, cause);
  }
}

/** Checks whether an engine can be imported, and its version. */
export async function engineAvailability(name: EngineName, load: () => Promise<unknown>): Promise<Availability> {
  try {
    const { versions } = (await importEngine(name, load)).env;
    const version = name === "onnxruntime-node" ? versions.node : versions.web;
    return { available: true, version: version ?? versions.common };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { available: false, reason: error.message, fix: error.hint ?? "" };
  }
}
