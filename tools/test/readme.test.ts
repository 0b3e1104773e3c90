import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function node(args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

test("the README's program classifies an image with a model that the command line wrote", () => {
  const [, program] = /```js\n([^]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))!;
  // Within this package, so that the program finds the packages that it imports.
  const folder = mkdtempSync(join(root, "tools", ".readme-"));
  try {
    const trained = join(root, "golden", "trained");
    const convert = ["convert", join(trained, "shapes.pth"), "--labels", join(trained, "labels.txt"), "--out", folder];
    node([join(root, "packages/cli/bin/samoyed.js"), ...convert, "--size", "96", "--interpolation", "bicubic"], folder);
    const [model] = readdirSync(folder).filter((file) => file.endsWith(".onnx"));
    renameSync(join(folder, model!), join(folder, "model.onnx"));
    copyFileSync(join(trained, "images", "000.jpg"), join(folder, "dog.jpg"));
    writeFileSync(join(folder, "program.mjs"), program!);
    expect(node(["program.mjs"], folder)).toMatch(/label: 'arrow',\s+probability: 0\.77/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
