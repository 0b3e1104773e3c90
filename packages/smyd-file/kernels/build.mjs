// Compiles the hash to a TypeScript module that contains the WebAssembly as base64, so that no bundler support is needed.
//   node kernels/build.mjs     does nothing where its sources are those of the last time
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildWhenStale } from "../../../tools/kernels/build-when-stale.mjs";
import { compile } from "../../../tools/kernels/compile.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Builds the hash's module where it is not that of its sources; returns whether it did. */
export function buildHash() {
  return buildWhenStale({
    built: at("../src/xxh64/built"),
    sources: [at("build.mjs"), at("xxh64.ts"), at("../package.json"), at("../../../tools/kernels/compile.mjs")],
    build: async () => {
      const { default: asc } = await import("assemblyscript/asc");
      const bytes = await compile(asc, at("xxh64.ts"));
      console.log(`xxh64: ${bytes.length} bytes`);
      return { "xxh64.ts": `export const wasm: string = "${bytes.toString("base64")}";\n` };
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildHash();
