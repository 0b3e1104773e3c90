import { UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { requireConstantSize } from "./constant-sizes.ts";

const check = (kind: "padding" | "sizes", values: readonly number[]): void =>
  requireConstantSize(values, { kind, what: "m: the node", constant: "c" });

test("paddings and sizes of networks pass", () => {
  check("padding", [0, 0, 3, -3, 8192]);
  check("padding", []);
  check("sizes", [1, 64, 2048, 2048]);
  check("sizes", [-1, 0, 2 ** 28]);
});

test("larger ones are refused with the limit's name", () => {
  expect(() => check("padding", [0, 8193])).toThrow(UnsupportedError);
  expect(() => check("padding", [0, 8193])).toThrow(
    /m: the node takes 8193 from its constant "c"; MAX_PADDING allows 8192/,
  );
  expect(() => check("sizes", [2 ** 14, 2 ** 15])).toThrow(/takes 536870912 .*; MAX_CONSTANT_SIZE allows 268435456/);
});
