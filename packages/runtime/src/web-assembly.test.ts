import { UnavailableError } from "@samoyed/core";
import { afterEach, expect, test, vi } from "vitest";
import { requireWebAssembly } from "./web-assembly.ts";

afterEach(() => vi.unstubAllGlobals());

test("WebAssembly that compiles is accepted", () => {
  expect(requireWebAssembly).not.toThrow();
});

test("without WebAssembly the error says what has it", () => {
  vi.stubGlobal("WebAssembly", undefined);
  expect(requireWebAssembly).toThrow(
    expect.objectContaining({ code: "unavailable", hint: expect.stringMatching(/current browser/) }),
  );
});

test("a policy that forbids compiling is named by its directive", () => {
  vi.stubGlobal("WebAssembly", {
    Module: class {
      constructor() {
        throw new Error("Refused to compile or instantiate WebAssembly module");
      }
    },
  });
  expect(requireWebAssembly).toThrow(UnavailableError);
  expect(requireWebAssembly).toThrow(expect.objectContaining({ hint: expect.stringContaining("'wasm-unsafe-eval'") }));
});
