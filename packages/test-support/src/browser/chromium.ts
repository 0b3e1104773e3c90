import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import type { SiteFiles } from "./bundle-page.ts";
import { serveFiles } from "./serve-files.ts";

const CHROMIUM = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser's graphics: none, or WebGL and WebGPU that compute on the processor. */
export type Graphics = "none" | "software";

const GRAPHICS: Readonly<Record<Graphics, readonly string[]>> = {
  none: ["--disable-gpu"],
  software: [
    "--enable-unsafe-swiftshader",
    "--use-angle=swiftshader",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
  ],
};

/** A page in Chromium, and its server. */
export interface OpenPage {
  readonly page: Page;
  /** The server's address, without a slash. */
  readonly base: string;
  /** The page's requests. */
  readonly requests: readonly string[];
  /** Uncaught errors of the page. */
  readonly problems: readonly string[];
  /** The page's requests to other servers. */
  readonly elsewhere: () => string[];
  readonly close: () => Promise<void>;
}

/** Options of serving and opening a page. */
export interface OpenPageOptions {
  /** The global function that the page's program sets when it can be used. */
  readonly ready: string;
  /** The server's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Number of cores reported to the page. Default: the machine's. */
  readonly cores?: number;
}

/** Serves files and opens their `/index.html`, which stays open until the tests are done, or is closed earlier. */
export type OpenSite = (files: SiteFiles, options: OpenPageOptions) => Promise<OpenPage>;

/**
 * Defines tests that need Chromium; if it is not installed they are skipped, and their title says why. Pages have no
 * time limits: those of the tests protect against hangs.
 *
 * @param define Defines the tests; `open` is for them and their hooks.
 */
export function describeInChromium(title: string, graphics: Graphics, define: (open: OpenSite) => void): void {
  const why = CHROMIUM === undefined ? " (not run: Chromium is not installed)" : "";
  describe.skipIf(CHROMIUM === undefined)(`${title}${why}`, () => {
    let browser: Browser;
    const servers: (() => void)[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: CHROMIUM!,
        args: [...QUIET, ...GRAPHICS[graphics]],
        timeout: 0,
      });
    });
    afterAll(async () => {
      await browser?.close();
      for (const close of servers) close();
    });
    define(async (files, { ready, headers, cores }) => {
      const { base, close } = await serveFiles(files, headers);
      servers.push(close);
      const [requests, problems]: [string[], string[]] = [[], []];
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      page.on("request", (request) => requests.push(request.url()));
      page.on("pageerror", (error) => problems.push(String(error)));
      if (cores !== undefined)
        await page.addInitScript((count) => {
          Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => count });
        }, cores);
      await page.goto(`${base}/index.html`);
      await page.waitForFunction((name) => name in window, ready);
      const elsewhere = (): string[] => requests.filter((url) => !url.startsWith(base) && !/^(?:blob|data):/.test(url));
      return { page, base, requests, problems, elsewhere, close: () => page.close() };
    });
  });
}
