// Vitest's global setup: no test runs with kernels of other sources than those in the working tree.
import { buildKernels } from "../../packages/runtime-smyd/kernels/build.mjs";
import { buildHash } from "../../packages/smyd-file/kernels/build.mjs";

export default async function setup() {
  await buildHash();
  await buildKernels();
}
