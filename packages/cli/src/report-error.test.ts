import {
  AbortedError,
  FormatError,
  InternalError,
  IoError,
  MismatchError,
  ShapeError,
  UnavailableError,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { expect, test } from "vitest";
import { reportError } from "./report-error.ts";

test.each([
  [new UsageError("a"), 2],
  [new FormatError("a"), 3],
  [new ShapeError("a"), 3],
  [new MismatchError("a"), 3],
  [new IoError("a"), 3],
  [new UnsupportedError("a"), 4],
  [new UnavailableError("a"), 5],
  [new AbortedError("a"), 130],
])("%s: exactly two lines and exit status %i, hint or not", (error, exitCode) => {
  const report = reportError(error);
  expect(report.exitCode).toBe(exitCode);
  expect(report.text).toMatch(/^samoyed: a\n {2}\S.*\n$/);
  expect(JSON.parse(report.json)).toEqual({
    error: { code: error.code, message: "a", hint: expect.stringMatching(/\S/), details: {} },
  });
});

test("the error's own hint is what to do", () => {
  expect(reportError(new IoError("out: full", { hint: "Free some space." })).text).toBe(
    "samoyed: out: full\n  Free some space.\n",
  );
});

test("line ends and control characters in names do not break the two lines", () => {
  const { text } = reportError(new FormatError("a\nb\u001b[2Jc", { hint: "d\n\ne" }));
  expect(text).toBe("samoyed: a b\ufffd[2Jc\n  d e\n");
});

test("a message of a megabyte is cut, and says how much is missing", () => {
  const { text, json } = reportError(
    new FormatError("x".repeat(2047) + "👩".repeat(500_000), { hint: "y".repeat(3000) }),
  );
  expect(text).toBe(
    `samoyed: ${"x".repeat(2047)}… (1000000 more characters)\n  ${"y".repeat(2048)}… (952 more characters)\n`,
  );
  expect(json.length).toBeLessThan(5000);
});

test("what nobody threw on purpose is a bug, with its stack, and 70", () => {
  const error = new TypeError("x is not a function");
  const report = reportError(error);
  expect(report.exitCode).toBe(70);
  expect(report.text.split("\n").slice(0, 2)).toEqual([
    "samoyed: x is not a function",
    "  This is a bug in Samoyed: please report it, with the stack below.",
  ]);
  expect(report.text).toContain("report-error.test.ts");
  expect(JSON.parse(report.json)).toMatchObject({ error: { code: "internal", message: "x is not a function" } });
  expect(reportError("a string").exitCode).toBe(70);
});

test("an internal error is a bug, with its stack, and 70", () => {
  const { text, json, exitCode } = reportError(new InternalError("the plan has a hole"));
  expect(exitCode).toBe(70);
  expect(text).toMatch(/^samoyed: the plan has a hole\n {2}This is a bug in Samoyed: .*\nInternalError: the plan/);
  expect(JSON.parse(json).error.code).toBe("internal");
});
