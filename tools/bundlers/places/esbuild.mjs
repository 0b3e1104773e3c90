import { join } from "node:path";
import { openPage } from "../page.mjs";
import { ISOLATED, serve } from "../serve.mjs";
import { wasmUrlCure } from "../runtimes.mjs";
import { writeSite } from "../site.mjs";
import { installTool } from "../tool.mjs";
import { builtPage, defaultCures } from "./built-page.mjs";

async function bundle(tool, { site, out }, options) {
  const { build } = await tool.load("esbuild");
  await build({
    entryPoints: [join(site, "main.js")],
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    logLevel: "silent",
    ...options,
  });
}

const split = (tool, where) => bundle(tool, where, { splitting: true });

/** A policy of a careful site: no script but its own, and WebAssembly. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
const NO_WASM = "default-src 'self'; script-src 'self'";

const DIRECTIVE = {
  name: "wasm-unsafe-eval",
  text: "`script-src 'wasm-unsafe-eval'` in the policy",
  says: /wasm-unsafe-eval/,
};

/** One file from another site, as from a content delivery network. */
const oneFile = {
  name: "one-file",
  title: "One ES module from another site (esbuild)",
  cures: defaultCures,
  async attempt({ app, runtime, cure }) {
    const tool = await installTool("esbuild");
    const name = `one-file-${runtime.name}-${cure?.name ?? "plain"}`;
    const site = await writeSite({ app, name, runtime, cure });
    const out = join(site, "dist");
    await bundle(tool, { site, out }, { splitting: false });
    const cdn = await serve([out], { "access-control-allow-origin": "*" });
    await writeSite({ app, name: `${name}-page`, runtime, cure, script: `${cdn.url}main.js` });
    const server = await serve([join(app, "sites", `${name}-page`), join(app, "public")]);
    try {
      return await openPage(server.url);
    } finally {
      server.close();
      cdn.close();
    }
  },
};

export const ESBUILD = [
  builtPage({ name: "esbuild", title: "esbuild", tool: "esbuild", build: split }),
  oneFile,
  builtPage({
    name: "csp",
    title: "A page with `script-src 'self' 'wasm-unsafe-eval'`",
    tool: "esbuild",
    build: split,
    headers: () => ({ "content-security-policy": POLICY }),
  }),
  builtPage({
    name: "csp-isolated",
    title: "The same, cross-origin isolated, without `worker-src blob:`",
    tool: "esbuild",
    build: split,
    headers: () => ({ "content-security-policy": POLICY, ...ISOLATED }),
  }),
  builtPage({
    name: "isolated",
    title: "A page that is cross-origin isolated",
    tool: "esbuild",
    build: split,
    headers: () => ISOLATED,
  }),
  builtPage({
    name: "csp-no-wasm",
    title: "A page with `script-src 'self'` only",
    tool: "esbuild",
    build: split,
    headers: (cure) => ({ "content-security-policy": cure ? POLICY : NO_WASM }),
    cures: (runtime) => [
      runtime.wasmUrl
        ? {
            ...DIRECTIVE,
            text: `${DIRECTIVE.text}; ${wasmUrlCure(runtime).text}`,
            options: wasmUrlCure(runtime).options,
          }
        : DIRECTIVE,
    ],
  }),
];
