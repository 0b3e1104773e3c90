import { UnavailableError } from "@samoyed/core";
import type { Availability } from "@samoyed/runtime";
import type { Env, InferenceSession } from "onnxruntime-web";
import type { OrtTensorConstructor } from "./ort-tensors.ts";

/** The npm packages, which are also the backends' names. */
export type EngineName = "onnxruntime-node" | "onnxruntime-web";

/** What both onnxruntime packages export. */
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
  /** For error messages: the path, the URL or `memory`. */
  readonly label: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** What the engine is given: a path that it reads by itself, or all bytes. */
  readonly model: string | Uint8Array;
  /** All bytes with `patch` after them, for an engine session of its own; fetched again, not kept. */
  withPatch(patch: Uint8Array): Promise<Uint8Array>;
  /** Where external data of a model given as bytes lies. */
  readonly folder?: string;
}

/**
 * Imports an engine.
 *
 * @throws UnavailableError with the reason and what mends it, when it is not installed or does not load here.
 */
export async function importEngine(name: EngineName, load: () => Promise<unknown>): Promise<OrtModule> {
  try {
    const module = (await load()) as OrtModule & { readonly default?: OrtModule };
    // onnxruntime-node is CommonJS: some loaders give its exports by name, all give them as the default.
    return module.InferenceSession ? module : module.default!;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const missing = /cannot find (module|package)/i.test(message) && message.includes(`'${name}'`);
    throw new UnavailableError(missing ? `${name} is not installed` : `${name} does not load: ${firstLine(message)}`, {
      hint: missing ? `npm install ${name}` : `Use a platform that ${name} supports, or another backend.`,
      cause,
    });
  }
}

/** Whether an engine can be imported, and its version. */
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

/** The first line of an engine's message, without its numbers and the places in its source that C++ macros put in front. */
export function firstLine(message: string): string {
  const line = message.split("\n").find((text) => text.trim() !== "") ?? "no message";
  return line
    .replace(/^Can't create a session\. ERROR_CODE: \d+, ERROR_MESSAGE: /, "")
    .replace(/^\[ONNXRuntimeError\] : \d+ : \w+ : /, "")
    .replaceAll(/\S+\.(?:cc|h):\d+ [^(]*\([^)]*\)(?: const)? /g, "")
    .trim();
}
