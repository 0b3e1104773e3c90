import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
// @ts-expect-error a plain script
import { packBundle, PROGRAM, removeBundle } from "../pack-bundle.mjs";

const BUILT = fileURLToPath(new URL("../../packages/cli/bin/samoyed.js", import.meta.url));
beforeAll(packBundle);
afterAll(removeBundle);

const run = (program: string, argv: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...argv], { encoding: "utf8" });

// The help loads every command, and the list the data of another package.
test.each([[["--version"]], [["--help"]], [["models", "vit_base_patch16_224"]]])(
  "%j says what the built modules say",
  (argv) => {
    const said = run(PROGRAM, argv);
    expect(said).not.toBe("");
    expect(said).toBe(run(BUILT, argv));
  },
);

test("what conversion and every command need is in one file each", () => {
  const files = readdirSync(dirname(PROGRAM)).map((name) => name.replace(/-[\w-]{8}\.js$/, ""));
  expect(files.filter((name) => name === "program" || name === "conversion")).toEqual(["conversion", "program"]);
});
