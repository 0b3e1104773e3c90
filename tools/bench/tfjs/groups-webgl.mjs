import { fileURLToPath } from "node:url";
import { bundle } from "../bundle.mjs";
import { launch } from "../chromium.mjs";
import { servePage } from "../page-server.mjs";

/** Without a GPU Chromium computes WebGL on the CPU, with SwiftShader; the adapter's name shows which. */
const GRAPHICS = ["--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];

/** Opens TensorFlow.js's webgl engine in headless Chromium: `time(layer, runs)`, its adapter, and `close()`. */
export async function openWebgl() {
  const emitted = await bundle(fileURLToPath(new URL("groups-page.mjs", import.meta.url)));
  const files = new Map(emitted.map(({ name, bytes }) => [`/${name}`, bytes]));
  files.set("/index.html", Buffer.from(`<!doctype html><script type="module" src="/page.js"></script>`));
  const server = await servePage({ files, isolation: "plain" });
  const browser = await launch(GRAPHICS);
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const failed = new Promise((_, reject) => page.on("pageerror", reject));
  failed.catch(() => undefined);
  await page.goto(`${server.url}/index.html`);
  await Promise.race([page.waitForFunction(() => window.groups !== undefined), failed]);
  const { version, adapter } = await page.evaluate(() => ({
    version: window.groups.version,
    adapter: window.groups.adapter,
  }));
  return {
    version,
    adapter,
    time: (layer, runs) => page.evaluate(([given, count]) => window.groups.time(given, count), [layer, runs]),
    async close() {
      await browser.close();
      server.close();
    },
  };
}
