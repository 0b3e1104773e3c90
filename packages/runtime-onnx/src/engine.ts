import { UnavailableError } from "@samoyed/core";
import type { Availability } from "@samoyed/runtime";
import type { Env, InferenceSession } from "onnxruntime-web";
import type { OrtTensorConstructor } from "./ort-tensors.ts";

/** Names of the npm packages, and of the backends. */
export type EngineName = "onnxruntime-node" | "onnxruntime-web";

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
    if (cause instanceof UnavailableError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const missing = /cannot find (module|package)/i.test(message) && message.includes(`'${name}'`);
    throw new UnavailableError(missing ? `${name} is not installed` : `${name} does not load: ${firstLine(message)}`, {
      hint: missing ? installCommand(name) : `Use a platform that ${name} supports, or another backend.`,
      cause,
    });
  }
}

/** onnxruntime-node's install script downloads what only CUDA needs, and fails where its host cannot be reached. */
function installCommand(name: EngineName): string {
  return name === "onnxruntime-node" ? `npm install --ignore-scripts ${name}` : `npm install ${name}`;
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

/** Returns the first line of an engine's message, without the numbers and source locations that C++ macros prepend. */
export function firstLine(message: string): string {
  const line = message.split("\n").find((text) => text.trim() !== "") ?? "no message";
  return line
    .replace(/^Can't create a session\. ERROR_CODE: \d+, ERROR_MESSAGE: /, "")
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, "")
    .replaceAll(/\S+\.(?:cc|h):\d+ [^(]*\([^)]*\)(?: const)? /g, "")
    .trim();
}
