import { expect, test } from "vitest";
import { serverHash } from "./server-hash.ts";

const SHA256 = "ab".repeat(32);
const hashIn = (...values: string[]): string | undefined =>
  serverHash(values.map((value) => new Headers({ "x-linked-etag": value })));

test("the hub's SHA-256 of a large file, from whichever answer has it", () => {
  expect(hashIn(`"${SHA256}"`)).toBe(SHA256);
  expect(hashIn(SHA256.toUpperCase())).toBe(SHA256);
  expect(serverHash([new Headers(), new Headers({ "x-linked-etag": `W/"${SHA256}"` }), new Headers()])).toBe(SHA256);
});

test("git's SHA-1 of a small file, and anything else, is none", () => {
  for (const value of [`"${"ab".repeat(20)}"`, `"${SHA256}-1"`, "", "x"]) expect(hashIn(value)).toBeUndefined();
  expect(serverHash([new Headers({ etag: `"${SHA256}"` })])).toBeUndefined();
  expect(serverHash([])).toBeUndefined();
});
