import { FormatError, UnavailableError } from "@samoyed/core";
import { expect, test } from "vitest";
import { loadError, runError } from "./engine-errors.ts";

const WEB = { backend: "onnxruntime-web", label: "model.onnx" };
const starting = (reason: string): Error => new Error(`no available backend found. ERR: [wasm] ${reason}`);

test.each([
  [
    "a page in place of the wasm",
    "RuntimeError: Aborted(CompileError: expected magic word 00 61 73 6d, found 3c 21)",
    /^Serve ort-wasm-simd-threaded\.wasm .*loadClassifier\(url, \{ wasmUrl \}\)/,
  ],
  ["no SIMD", "Error: WebAssembly SIMD is not supported in the current environment.", /^Use Chrome .*TensorFlow\.js/],
  ["a start that does not end", "Error: initializing failed due to timeout: 60000ms", /wasmUrl.*threads: 1\.$/],
])("an engine that does not start says what mends it: %s", (_title, reason, hint) => {
  const error = loadError(starting(reason), WEB);
  expect(error).toBeInstanceOf(UnavailableError);
  expect(error.message).toBe(`onnxruntime-web does not start: ${reason}`);
  expect(error.hint).toMatch(hint);
});

test("a damaged model is the file's fault", () => {
  expect(loadError(new Error("Protobuf parsing failed."), WEB)).toBeInstanceOf(FormatError);
});

test("arrays of another realm, as Jest's, are named", () => {
  const error = runError(new TypeError("A float32 tensor's data must be type of function Float32Array()"), WEB);
  expect(error.hint).toMatch(/In Jest, share Float32Array/);
  expect(runError(new Error("anything else"), WEB).hint).toBeUndefined();
});
