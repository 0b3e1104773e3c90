import { cp } from "node:fs/promises";
import { join } from "node:path";
import { openPage } from "../page.mjs";
import { wasmUrlCure } from "../runtimes.mjs";
import { serve } from "../serve.mjs";
import { writeSite } from "../site.mjs";
import { installTool } from "../tool.mjs";

/**
 * A place where a bundler builds a page, which is then served as files and opened.
 *
 * @param build `build(tool, { site, out, app, cure })` writes main.js, or its own index.html, into `out`.
 * @param headers `headers(cure)` of the server; none when absent.
 */
export function builtPage({
  name,
  title,
  tool,
  where,
  build,
  headers = () => ({}),
  cures = defaultCures,
  page = copyPage,
}) {
  return {
    name,
    title,
    cures,
    async attempt({ app, runtime, cure }) {
      const installed = await installTool(tool);
      const site = await writeSite({
        app,
        name: `${name}-${runtime.name}-${cure?.name ?? "plain"}`,
        runtime,
        cure,
        where,
      });
      const out = join(site, "dist");
      await build(installed, { site, out, app, cure });
      await page(site, out);
      const server = await serve([out, join(app, "public")], headers(cure));
      try {
        return await openPage(server.url);
      } finally {
        server.close();
      }
    },
  };
}

/** Where engines need their WebAssembly files served, as where a bundler does not copy them. */
export function defaultCures(runtime) {
  return runtime.wasmUrl ? [wasmUrlCure(runtime)] : [];
}

async function copyPage(site, out) {
  await cp(join(site, "index.html"), join(out, "index.html"));
}
