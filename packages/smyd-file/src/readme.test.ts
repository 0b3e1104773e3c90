import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { assemble, parts } from "../test/hand-made.ts";

test("the README's example lists a file's operators and weights", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const folder = await mkdtemp(join(tmpdir(), "samoyed-readme-"));
  try {
    const model = join(folder, "model.smyd");
    await writeFile(model, assemble(parts()));
    const example = /^```js\n([^]*?)^```/m.exec(readme)![1]!.replace('"model.smyd"', JSON.stringify(model));
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", example], { cwd });
    expect(stdout).toBe("Conv, Constant, Add\nweight panel8 float32 2 × 1 × 1 × 2\nbias plain float32 2\n");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
