import { FormatError, IoError, type SamoyedError, UnavailableError, UnsupportedError, UsageError } from "@samoyed/core";
import { firstLine } from "./engine.ts";

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
  const what = `${label}: ${backend} cannot load the model: ${firstLine(message)}`;
  if (/protobuf parsing failed|data pointer is null/i.test(message)) return new FormatError(what, { cause });
  if (/no available backend found/i.test(message)) {
    return new UnavailableError(what, {
      hint: "Serve onnxruntime-web's ort-wasm-simd-threaded.wasm and give its URL: onnxruntimeWeb({ wasmUrl }).",
      cause,
    });
  }
  if (/external/i.test(message) || /No such file|model_path must not be empty/i.test(message)) {
    return new IoError(what, {
      hint: "The weights are in a second file: keep it next to the model, or convert without external data.",
      cause,
    });
  }
  return new UnsupportedError(what, { hint: `Update ${backend}: samoyed doctor shows its version.`, cause });
}

/** Converts an engine's error while running a model to a `SamoyedError`, with the original as `cause`. */
export function runError(cause: unknown, { backend, label }: Where): SamoyedError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new UnsupportedError(`${label}: ${backend} failed while running the model: ${firstLine(message)}`, { cause });
}
