import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { writeTinyModel } from "../test/tiny-model.ts";

test("the README's example lists a model's ports and weights", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const folder = await mkdtemp(join(tmpdir(), "samoyed-readme-"));
  try {
    await writeTinyModel(folder);
    const path = JSON.stringify(join(folder, "model.json"));
    const example = /^```js\n([^]*?)^```/m.exec(readme)![1]!.replace('"model.json"', path);
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", example], { cwd });
    expect(stdout).toBe("x 2 → sum\n3 nodes, 2 bytes of weights\nbias -1 1.5\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
