import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("the README's example runs and prints what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const code = /^```js\n(.*?)^```/msu.exec(readme)![1]!;
  const folder = await mkdtemp(join(tmpdir(), "samoyed-readme-"));
  try {
    await symlink(fileURLToPath(new URL("../../../golden", import.meta.url)), join(folder, "golden"));
    // Modules are found from the package's folder, files from a fresh one.
    const script = `process.chdir(${JSON.stringify(folder)});\n${code}`;
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd });
    const promised = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/gu)].map((match) => match[1]);
    expect(stdout.trim().split("\n")).toEqual(promised);
    expect(await readdir(join(folder, "models"))).toEqual([promised[0]]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
