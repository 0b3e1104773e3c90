// Bundles a page's program as an application's bundler would, and measures file sizes.
import { dirname } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * Bundles a module and what it imports for a browser.
 *
 * @param entry the module's path
 * @param alias paths by specifier
 * @returns the emitted files: `{ name, bytes, modules, imports }`, where `modules` are the paths of a program's sources and
 *   `imports` the names of the files that it loads at once
 */
export async function bundle(entry, { alias = {}, minify = true } = {}) {
  const { output } = await build({
    configFile: false,
    root: dirname(entry),
    logLevel: "error",
    resolve: { alias, conditions: ["module", "browser", "production"] },
    build: {
      write: false,
      minify,
      target: "es2022",
      modulePreload: false,
      rollupOptions: {
        input: entry,
        // An application's entry may share its modules with what is loaded later: no file of their own.
        preserveEntrySignatures: "allow-extension",
        output: { entryFileNames: "page.js" },
      },
    },
  });
  return output.map((file) => ({
    name: file.fileName,
    bytes: Buffer.from(file.type === "chunk" ? file.code : file.source),
    modules: file.type === "chunk" ? Object.keys(file.modules) : [],
    imports: file.type === "chunk" ? file.imports : [],
  }));
}

/** Measures files, in bytes: uncompressed, and each compressed separately, as a server sends them. */
export function weigh(files) {
  const sum = (size) => files.reduce((total, bytes) => total + size(bytes), 0);
  return {
    raw: sum((bytes) => bytes.length),
    gzip: sum((bytes) => gzipSync(bytes, { level: 9 }).length),
    brotli: sum((bytes) => brotliCompressSync(bytes).length),
  };
}
