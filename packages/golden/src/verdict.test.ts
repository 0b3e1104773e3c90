import { expect, test } from "vitest";
import type { Check } from "./check.ts";
import { verdictOf } from "./verdict.ts";

const check = (status: Check["status"], reference: Check["reference"]): Check => ({
  name: reference === "documented" ? "documented" : "max",
  status,
  reference,
  message: `${reference} ${status}`,
});

test("one failure fails, whatever else passed", () => {
  const checks = [check("passed", "recorded"), check("failed", "documented"), check("contradicted", "documented")];
  expect(verdictOf(checks)).toEqual({ kind: "failed", reasons: ["documented failed"] });
});

test("a contradiction next to a recording that passed is a note; alone it decides", () => {
  const contradicted = check("contradicted", "documented");
  expect(verdictOf([check("passed", "recorded"), contradicted])).toEqual({
    kind: "passed",
    notes: ["documented contradicted"],
  });
  expect(verdictOf([contradicted])).toEqual({ kind: "contradicted", reasons: ["documented contradicted"] });
  expect(verdictOf([check("passed", "documented"), contradicted]).kind).toBe("contradicted");
});

test("a warning passes with a note", () => {
  expect(verdictOf([check("warned", "recorded")], "and this")).toEqual({
    kind: "passed",
    notes: ["recorded warned", "and this"],
  });
});

test("nothing checked is not green", () => {
  expect(verdictOf([]).kind).toBe("not run");
  expect(verdictOf([check("not run", "recorded")]).kind).toBe("not run");
});
