import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's example runs and prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const code = /^```js\n(.*?)^```/msu.exec(readme)![1]!;
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", code], { cwd: folder });
  const promised = [...code.matchAll(/console\.log\(.*\); \/\/ ([^:\n]*)/gu)].map((match) => match[1]);
  expect(stdout.trim().split("\n")).toEqual(promised);
  expect(promised.length).toBe(3);
});
