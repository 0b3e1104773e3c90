import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { SiteFiles } from "./bundle-page.ts";

/** The path of the programs of TensorFlow.js's WebAssembly backend in a site. */
export const TFJS_WASM_URL = "/wasm/";

/**
 * The programs of TensorFlow.js's WebAssembly backend, as files of a site.
 *
 * @param from The URL of the module whose package depends on that backend.
 */
export async function tfjsWasmFiles(from: string): Promise<SiteFiles> {
  const folder = dirname(createRequire(from).resolve("@tensorflow/tfjs-backend-wasm"));
  const files: SiteFiles = new Map();
  for (const kind of ["", "-simd", "-threaded-simd"]) {
    const name = `tfjs-backend-wasm${kind}.wasm`;
    files.set(`${TFJS_WASM_URL}${name}`, await readFile(join(folder, name)));
  }
  return files;
}
