import { expect, test } from "vitest";
import { retryAfter } from "./retry-after.ts";

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each([
  ["120", 120_000],
  ["0", 0],
  ["Thu, 01 Jan 2026 12:00:30 GMT", 30_000],
  ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
  ["-5", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["", undefined],
])("%j", (value, expected) => {
  expect(retryAfter(new Headers({ "retry-after": value }), NOW)).toBe(expected);
});

test("a server that does not say", () => {
  expect(retryAfter(new Headers(), NOW)).toBeUndefined();
});
