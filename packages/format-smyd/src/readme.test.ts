import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's example prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const block = (language: string): string => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(readme)![1]!;
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const argv = ["--input-type=module", "-e", block("js")];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd });
  expect(stdout).toBe(block("text"));
});
