import { UnavailableError } from "@samoyed/core";
import { afterEach, expect, test, vi } from "vitest";
import { requireWebAssembly } from "./web-assembly.ts";

afterEach(() => vi.unstubAllGlobals());

test("WebAssembly that compiles is accepted", () => {
  expect(requireWebAssembly).not.toThrow();
});

/** A policy's refusal, which validating a module does not show. */
const FORBIDDEN = {
  validate: () => true,
  Module: class {
    constructor() {
      throw new Error("Refused to compile or instantiate WebAssembly module");
    }
  },
};

test.each([
  ["a policy that forbids compiling", FORBIDDEN],
  ["no WebAssembly", undefined],
])("the error says what mends it: %s", (_title, replacement) => {
  vi.stubGlobal("WebAssembly", replacement);
  expect(requireWebAssembly).toThrow(UnavailableError);
  expect(requireWebAssembly).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/'wasm-unsafe-eval'.*--jitless/) }),
  );
});
