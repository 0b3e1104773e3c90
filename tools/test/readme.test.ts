import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

function node(args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

test("the README's programs classify an image with models that the command line wrote", () => {
  const programs = Array.from(
    readFileSync(join(root, "README.md"), "utf8").matchAll(/```js\n([^]*?)```/g),
    ([, js]) => js!,
  );
  expect(programs).toHaveLength(2);
  // Within this package, so that the program finds the packages that it imports.
  const folder = mkdtempSync(join(root, "tools", ".readme-"));
  try {
    const trained = join(root, "golden", "trained");
    const convert = ["convert", join(trained, "shapes.pth"), "--labels", join(trained, "labels.txt"), "--out", folder];
    const settings = ["--size", "96", "--interpolation", "bicubic", "--to", "onnx,smyd"];
    node([join(root, "packages/cli/bin/samoyed.js"), ...convert, ...settings], folder);
    for (const file of readdirSync(folder)) renameSync(join(folder, file), join(folder, `model${extname(file)}`));
    copyFileSync(join(trained, "images", "000.jpg"), join(folder, "dog.jpg"));
    for (const program of programs) {
      writeFileSync(join(folder, "program.mjs"), program);
      expect(node(["program.mjs"], folder)).toMatch(/label: 'arrow',\s+probability: 0\.77/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
