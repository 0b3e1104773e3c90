import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheDir } from "./cache.ts";

test("SAMOYED_CACHE comes first, then the platform's folder", () => {
  expect(cacheDir({ SAMOYED_CACHE: "/c", XDG_CACHE_HOME: "/x" })).toBe("/c");
  expect(cacheDir({ SAMOYED_CACHE: "" })).toContain("samoyed");
});

test.runIf(process.platform === "linux")("on Linux, the XDG folder", () => {
  expect(cacheDir({ XDG_CACHE_HOME: "/x" })).toBe("/x/samoyed");
  expect(cacheDir({})).toBe(join(homedir(), ".cache", "samoyed"));
});
