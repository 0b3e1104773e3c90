import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The files of a server, by path. */
export type SiteFiles = Map<string, Uint8Array | string>;

/**
 * Bundles a page's program and its imports, like an application.
 *
 * @returns the files of a site: `/page.js`, what it loads, and `/index.html`, which runs it
 */
export async function bundlePage(
  program: URL,
  { minify = false }: { readonly minify?: boolean } = {},
): Promise<SiteFiles> {
  const input = fileURLToPath(program);
  const result = await build({
    configFile: false,
    root: dirname(input),
    base: "./",
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "module", "browser", "production"] },
    worker: { format: "es" },
    build: {
      write: false,
      minify,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input, output: { entryFileNames: "page.js" } },
    },
  });
  if (Array.isArray(result) || !("output" in result))
    throw new Error(`vite did not build exactly one bundle of ${basename(input)}`);
  const files: SiteFiles = new Map();
  for (const file of result.output) files.set(`/${file.fileName}`, file.type === "chunk" ? file.code : file.source);
  files.set("/index.html", '<!doctype html><script type="module" src="page.js"></script>');
  return files;
}

/** The text of all programs of a site. */
export function programsOf(files: SiteFiles): string {
  return Array.from(files, ([name, body]) => (name.endsWith(".js") ? String(body) : "")).join("\n");
}
