import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { $ } from "zx";

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const { packageManager } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));

/** The pinned pnpm, through npm's cache where it is. */
export const PNPM = ["npx", "--yes", "--prefer-offline", packageManager];

/** Builds and packs every package, as they would be published. */
export async function packAll(folder) {
  await mkdir(folder, { recursive: true });
  await $({ cwd: ROOT })`${join(ROOT, "node_modules", ".bin", "tsc")} -b`;
  await $({
    cwd: ROOT,
    quiet: true,
  })`${PNPM} --recursive --filter ${"./packages/*"} --filter ${"!./packages/test-support"} pack --pack-destination ${folder}`;
  const packages = (await readdir(join(ROOT, "packages"))).filter((directory) => directory !== "test-support");
  return Promise.all(
    packages.map(async (directory) => {
      const source = join(ROOT, "packages", directory);
      const { name, version } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
      return {
        name,
        version,
        source,
        tarball: join(folder, `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`),
      };
    }),
  );
}
