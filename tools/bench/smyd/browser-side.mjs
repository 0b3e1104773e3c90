import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../bundle.mjs";
import { launch } from "../chromium.mjs";
import { servePage } from "../page-server.mjs";
import { peakMB } from "./peak-memory.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const bundles = new Map();

/** What an engine fetches from /wasm/: files of its package's `folder`, next to the one that the package's name resolves to. */
const SERVED = {
  "tfjs-wasm": { of: "@tensorflow/tfjs-backend-wasm", folder: ".", names: /\.wasm$/u },
  "litert-web": { of: "@litertjs/core", folder: "../wasm", names: /\.(?:js|wasm)$/u },
};

/** Reads the files that an engine's page fetches from /wasm/, by path. */
function servedFiles(engine) {
  if (SERVED[engine] === undefined) return [];
  const { of, folder, names } = SERVED[engine];
  const path = join(dirname(createRequire(import.meta.url).resolve(of)), folder);
  const found = readdirSync(path).filter((name) => names.test(name));
  return found.map((name) => [`/wasm/${name}`, readFileSync(join(path, name))]);
}

/**
 * Bundles the files of this engine's page, by path, once. Not minified with threads: TensorFlow.js makes its threads from
 * a function's text, which minifying breaks.
 */
async function pageFiles(engine, threads) {
  const key = `${engine} ${threads}`;
  if (bundles.has(key)) return bundles.get(key);
  const alias = { engine: here(`engines/${engine}.mjs`) };
  const emitted = await bundle(here("page.mjs"), { alias, minify: threads === 1 });
  const files = new Map(emitted.map(({ name, bytes }) => [`/${name}`, bytes]));
  files.set("/index.html", Buffer.from(`<!doctype html><script type="module" src="/page.js"></script>`));
  for (const [path, bytes] of servedFiles(engine)) files.set(path, bytes);
  bundles.set(key, files);
  return files;
}

/** Opens an engine in a page of a separate browser, as `openNodeSide` does; `close` also returns the downloaded files. */
export async function openBrowserSide({ engine, models, threads }) {
  const isolation = threads > 1 ? "isolated" : "plain";
  const server = await servePage({ files: await pageFiles(engine, threads), models, isolation });
  const browser = await launch();
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const failed = new Promise((_, reject) => page.on("pageerror", reject));
  failed.catch(() => undefined);
  /** A page whose worker fails would wait forever. */
  const unlessFailed = (task) => Promise.race([task, failed]);
  await page.goto(`${server.url}/index.html`);
  await unlessFailed(page.waitForFunction(() => window.engine !== undefined));

  /** The page's process has the engine's memory and threads: it is the largest of the renderers. */
  async function pagePeakMB() {
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    return Math.max(...renderers.map(({ id }) => peakMB(id)));
  }
  const call = (name) => (argument) =>
    unlessFailed(page.evaluate(([method, given]) => window.engine[method](given), [name, argument]));
  return {
    load: ({ artifact, ...rest }) => call("load")({ artifact: `/models/${artifact}`, ...rest }),
    run: call("run"),
    async close() {
      const peak = await pagePeakMB();
      await browser.close();
      server.close();
      return { peakMB: peak, downloaded: [...server.fetched.values()] };
    },
  };
}
