import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PACKAGES = fileURLToPath(new URL("../../packages", import.meta.url));

interface Manifest {
  readonly private?: boolean;
  readonly scripts: Readonly<Record<string, string>>;
}

test("every published package takes the license with it, whichever program packs it", () => {
  for (const name of readdirSync(PACKAGES)) {
    const manifest = JSON.parse(readFileSync(`${PACKAGES}/${name}/package.json`, "utf8")) as Manifest;
    if (manifest.private === true) continue;
    expect(manifest.scripts["prepack"], name).toContain("node ../../tools/pack-license.mjs");
    expect(manifest.scripts["postpack"], name).toContain("node ../../tools/pack-license.mjs --remove");
  }
});

test("npm pack has the license, and leaves none behind", () => {
  const cwd = `${PACKAGES}/core`;
  const { status, stdout } = spawnSync("npm", ["pack", "--dry-run", "--json"], { cwd, encoding: "utf8" });
  expect(status).toBe(0);
  const [{ files }] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ files: readonly { path: string }[] }];
  expect(files.map(({ path }) => path)).toContain("LICENSE");
  expect(existsSync(`${cwd}/LICENSE`)).toBe(false);
});
