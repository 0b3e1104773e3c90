import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's example checks a case on a backend", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  // Modules are found from this package, the golden data from the repository's root.
  const example = /^```js\n([^]*?)^```/m
    .exec(readme)![1]!
    .replace('caseFolders("golden"', `caseFolders(${JSON.stringify(`${root}golden`)}`);
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", example], { cwd });
  expect(stdout).toMatch(/^making ready smyd\n/);
  expect(stdout).toMatch(/smyd .*passed +recorded/);
});
