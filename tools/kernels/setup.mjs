// Vitest's global setup: no test runs with kernels of other sources than those in the working tree.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildKernels } from "../../packages/runtime-smyd/kernels/build.mjs";
import { buildHash } from "../../packages/smyd-file/kernels/build.mjs";

/** Builds for the packages that use them; tests of the others run beside builds. */
export default async function setup({ config }) {
  const { name, dependencies, devDependencies } = JSON.parse(readFileSync(join(config.root, "package.json"), "utf8"));
  const used = new Set([name, ...Object.keys({ ...dependencies, ...devDependencies })]);
  const runs = used.has("@samoyed/runtime-smyd");
  if (runs || used.has("@samoyed/smyd-file")) await buildHash();
  if (runs) await buildKernels();
}
