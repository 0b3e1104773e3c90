import { expect, test } from "vitest";
import { bytes, global, pickle, text, tuple } from "../../test/pickles.ts";
import { pickleHandlers } from "./globals.ts";
import { runPickle } from "./machine.ts";

const warningsOf = (data: Uint8Array): readonly string[] => {
  const warnings: string[] = [];
  const persistent = (): never => {
    throw new Error("no storage");
  };
  runPickle(data, { ...pickleHandlers({ persistent, warnings }), label: "data.pkl" });
  return warnings;
};

test("a call that would act is a warning, even if its result is thrown away", () => {
  const system = bytes(global("posix", "system"), tuple(text("id")), "R0");
  expect(warningsOf(pickle(system, system, "N"))).toEqual([
    'data.pkl: REDUCE at byte 25 calls "posix.system". Samoyed does not run it; Python might: do not load this file with pickle.',
  ]);
});

test.each([
  ["subprocess", "Popen"],
  ["builtins", "eval"],
  ["__builtin__", "__import__"],
  ["importlib._bootstrap", "_gcd_import"],
  ["torch", "load"],
])("%s.%s", (module, name) => {
  expect(warningsOf(pickle(global(module, name), ")R"))).toHaveLength(1);
  expect(warningsOf(pickle(global(module, name), ")}", text("a"), "Ns", 0x92))).toHaveLength(1);
});

test.each([
  ["collections", "deque"],
  ["timm.models.resnet", "ResNet"],
  ["osprey", "system"],
  ["builtins", "complex"],
])("%s.%s does nothing", (module, name) => {
  expect(warningsOf(pickle(global(module, name), ")R"))).toEqual([]);
});

test("names are counted", () => {
  const calls = Array.from({ length: 50 }, (_, index) => bytes(global("os", `f${index}`), ")R0"));
  expect(warningsOf(pickle(...calls, "N"))).toHaveLength(8);
});
