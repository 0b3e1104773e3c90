import { FormatError, IoError, type SamoyedError, UnavailableError, UnsupportedError, UsageError } from "@samoyed/core";
import { firstLine } from "./first-line.ts";

/** The backend that failed, and the label of the model. */
interface Where {
  readonly backend: string;
  readonly label: string;
}

/** Converts an engine's error while loading a model to a `SamoyedError`, with the original as `cause`. */
export function loadError(cause: unknown, { backend, label }: Where): SamoyedError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const tap = /Graph output \(([^)]*)\) does not exist/.exec(message)?.[1];
  if (tap !== undefined) {
    return new UsageError(`${label}: the graph has no value ${JSON.stringify(tap)} to tap`, {
      hint: "Names are case-sensitive; samoyed inspect lists the values of an artifact.",
      cause,
    });
  }
  if (/no available backend found/i.test(message)) {
    const reason = firstLine(message.replace(/^no available backend found\. ERR: \[wasm\] /i, ""));
    return new UnavailableError(`${backend} does not start: ${reason}`, { hint: startHint(reason), cause });
  }
  const what = `${label}: ${backend} cannot load the model: ${firstLine(message)}`;
  if (/protobuf parsing failed|data pointer is null/i.test(message)) return new FormatError(what, { cause });
  if (/external/i.test(message) || /No such file|model_path must not be empty/i.test(message)) {
    return new IoError(what, {
      hint: "The weights are in a second file: keep it next to the model, or convert without external data.",
      cause,
    });
  }
  return new UnsupportedError(what, { hint: `Update ${backend}: samoyed doctor shows its version.`, cause });
}

function startHint(reason: string): string {
  if (/SIMD is not supported/i.test(reason)) {
    return "Use Chrome 91, Firefox 89, Safari 16.4, Node 20 or later; or convert to TensorFlow.js, which runs without SIMD.";
  }
  const serve =
    "Serve ort-wasm-simd-threaded.wasm of the package onnxruntime-web and give its URL: loadClassifier(url, { wasmUrl }), or onnxruntimeWeb({ wasmUrl }).";
  return /timeout/i.test(reason) ? `${serve} A page whose policy blocks workers can load with threads: 1.` : serve;
}

/** Converts an engine's error while running a model to a `SamoyedError`, with the original as `cause`. */
export function runError(cause: unknown, { backend, label }: Where): SamoyedError {
  const message = cause instanceof Error ? cause.message : String(cause);
  // onnxruntime compares classes with `instanceof`, and Jest gives tests classes of their own.
  const hint = /tensor's data must be type of/.test(message)
    ? "In Jest, share Float32Array in a test environment: this.global.Float32Array = Float32Array."
    : undefined;
  return new UnsupportedError(`${label}: ${backend} failed while running the model: ${firstLine(message)}`, {
    ...(hint !== undefined && { hint }),
    cause,
  });
}
