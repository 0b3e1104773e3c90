import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
// @ts-expect-error a plain script, so that it runs before anything is built
import { buildWhenStale } from "../kernels/build-when-stale.mjs";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "samoyed-kernels-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

/** Builds `built/c.ts`, the two sources' texts together. */
function build(): Promise<boolean> {
  const sources = [path("a.ts"), path("b.ts")];
  return buildWhenStale({
    built: path("built"),
    sources,
    build: async () => ({ "c.ts": sources.map((source) => readFileSync(source, "utf8")).join("") }),
  });
}

test("builds once, and again only after a source has changed", async () => {
  writeFileSync(path("a.ts"), "a");
  writeFileSync(path("b.ts"), "b");
  expect(await build()).toBe(true);
  expect(await build()).toBe(false);
  expect(readFileSync(path("built/c.ts"), "utf8")).toBe("ab");
  writeFileSync(path("b.ts"), "c");
  expect(await build()).toBe(true);
  expect(readFileSync(path("built/c.ts"), "utf8")).toBe("ac");
  // A letter moved from one file to the next is a change as well.
  writeFileSync(path("a.ts"), "");
  writeFileSync(path("b.ts"), "ac");
  expect(await build()).toBe(true);
  expect(readdirSync(path("built")).toSorted()).toEqual(["c.ts", "sources.sha256"]);
});

test("what a failed build leaves is built again, even from the sources before", async () => {
  writeFileSync(path("a.ts"), "a");
  writeFileSync(path("b.ts"), "b");
  await build();
  writeFileSync(path("b.ts"), "c");
  const broken = {
    built: path("built"),
    sources: [path("a.ts"), path("b.ts")],
    build: () => Promise.reject(new Error("x")),
  };
  await expect(buildWhenStale(broken)).rejects.toThrow("x");
  writeFileSync(path("b.ts"), "b");
  expect(await build()).toBe(true);
});
