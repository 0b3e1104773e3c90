import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";

const CHROME = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";

/** Whether Chromium is installed. */
export const HAS_CHROMIUM: boolean = existsSync(CHROME);

/** For titles: why nothing runs. */
export const WITHOUT_CHROMIUM: string = HAS_CHROMIUM ? "" : " (not run: Chromium is not installed)";

const TYPES: Record<string, string> = {
  html: "text/html",
  js: "text/javascript",
  json: "application/json",
  wasm: "application/wasm",
};

/** Files of a server, by path. */
export type SiteFiles = Map<string, Uint8Array | string>;

/** A page in Chromium, and the server that it came from. */
export interface OpenPage {
  readonly page: Page;
  /** The server's address, without a slash. */
  readonly base: string;
  /** Requests of the page, and errors that it threw. */
  readonly requests: readonly string[];
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Builds the page of `page.ts`, with our modules as an application would bundle them, and the engine's `.wasm` files. */
export async function siteFiles(): Promise<SiteFiles> {
  const files: SiteFiles = await bundle();
  const wasm = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
  for (const kind of ["", "-simd", "-threaded-simd"]) {
    files.set(`/wasm/tfjs-backend-wasm${kind}.wasm`, await readFile(join(wasm, `tfjs-backend-wasm${kind}.wasm`)));
  }
  files.set("/index.html", `<!doctype html><script type="module" src="/page.js"></script>`);
  return files;
}

async function bundle(): Promise<SiteFiles> {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const result = await build({
    configFile: false,
    root: here("."),
    logLevel: "error",
    resolve: { conditions: ["@samoyed/source", "module", "browser", "production"] },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      modulePreload: false,
      rollupOptions: { input: here("./page.ts"), output: { entryFileNames: "page.js" } },
    },
  });
  if (Array.isArray(result) || !("output" in result)) throw new Error("vite did not build exactly one bundle");
  return new Map(result.output.map((file) => [`/${file.fileName}`, file.type === "chunk" ? file.code : file.source]));
}

/**
 * Serves files and opens their page. WebGL and WebGPU compute on the processor, by SwiftShader.
 *
 * @param cores number of cores that the page sees; TensorFlow.js starts no more threads.
 */
export async function openPage(files: SiteFiles, { cores }: { readonly cores: number }): Promise<OpenPage> {
  const [requests, problems]: [string[], string[]] = [[], []];
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? "");
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader("content-type", TYPES[request.url?.split(".").at(-1) ?? ""] ?? "application/octet-stream");
    // Threads require a cross-origin isolated page.
    response.setHeader("cross-origin-opener-policy", "same-origin");
    response.setHeader("cross-origin-embedder-policy", "require-corp");
    response.end(body ?? "nothing here");
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({
    executablePath: CHROME,
    args: [
      "--headless",
      "--no-sandbox",
      // Without graphics hardware, WebGL and WebGPU compute on the processor.
      "--enable-unsafe-swiftshader",
      "--use-angle=swiftshader",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    server.close();
  };
  try {
    const page = await browser.newPage();
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.addInitScript((count) => {
      Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => count });
    }, cores);
    await page.goto(`${base}/index.html`);
    await page.waitForFunction(() => window.runTfjs !== undefined);
    return { page, base, requests, problems, close };
  } catch (error) {
    await close();
    throw error;
  }
}
