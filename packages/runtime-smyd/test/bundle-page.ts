import { fileURLToPath } from "node:url";
import { build } from "vite";

/** A page's program and our modules as an application would bundle them: files by path, `/page.js` among them. */
export async function bundlePage(program: string): Promise<Map<string, Uint8Array | string>> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const result = await build({
    configFile: false,
    root: here("."),
    base: "./",
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "module", "browser", "production"] },
    worker: { format: "es" },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: here(program), output: { entryFileNames: "page.js" } },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("vite built something else than one bundle");
  return new Map(result.output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}
