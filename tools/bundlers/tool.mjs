import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { $ } from "zx";
import { ROOT } from "../package-checks/pack-all.mjs";
import { VERSIONS } from "./versions.mjs";

/** Tools stay installed between runs, one folder for each set of versions. */
export const INSTALLED = join(ROOT, ".cache", "places");

/** The reason why a place did not run. */
export class NotRun extends Error {}

/**
 * Installs a tool unless it is there.
 *
 * @returns its folder, and `load`, which imports one of its packages.
 * @throws NotRun when it cannot be installed, as offline.
 */
export async function installTool(name) {
  const versions = VERSIONS[name];
  const folder = join(INSTALLED, Object.entries(versions).flat().join("-").replaceAll("/", "-"));
  if (!existsSync(join(folder, "complete"))) await install(folder, versions);
  const require = createRequire(join(folder, "package.json"));
  return {
    folder,
    bin: (program) => join(folder, "node_modules", ".bin", program),
    load: (id) => import(pathToFileURL(require.resolve(id)).href),
  };
}

async function install(folder, versions) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "tool", private: true, dependencies: versions }),
  );
  const options = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"];
  const { exitCode, stderr } = await $({
    cwd: folder,
    nothrow: true,
    quiet: true,
    timeout: "5m",
  })`npm install ${options}`;
  if (exitCode !== 0) {
    const reason = stderr.split("\n").find((line) => line.startsWith("npm error")) ?? `npm ended with ${exitCode}`;
    throw new NotRun(`${Object.entries(versions).flat().join(" ")} cannot be installed here: ${reason}`);
  }
  await writeFile(join(folder, "complete"), "");
}
