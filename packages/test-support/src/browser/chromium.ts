import { existsSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import type { SiteFiles } from "./bundle-page.ts";
import { serveFiles } from "./serve-files.ts";

const CHROMIUM = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);

/** Whether Chromium is installed. */
export const HAS_CHROMIUM: boolean = CHROMIUM !== undefined;

/** For the title of tests that need Chromium: why they did not run. */
export const WITHOUT_CHROMIUM: string = HAS_CHROMIUM ? "" : " (not run: Chromium is not installed)";

const QUIET = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Flags of a browser without graphics. */
const NO_GRAPHICS = ["--disable-gpu"];

/** Flags with which WebGL and WebGPU compute on the processor. */
export const SOFTWARE_GRAPHICS: readonly string[] = [
  "--enable-unsafe-swiftshader",
  "--use-angle=swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** A page in Chromium, and the server that it came from. */
export interface OpenPage {
  readonly page: Page;
  /** The server's address, without a slash. */
  readonly base: string;
  /** What the page asked for. */
  readonly requests: readonly string[];
  /** What was thrown in the page and not caught. */
  readonly problems: readonly string[];
  /** What the page asked another server for. */
  readonly elsewhere: () => string[];
  readonly close: () => Promise<void>;
}

/** How a page is served and opened. */
export interface OpenPageOptions {
  /** The global function that the page's program sets when it can be used. */
  readonly ready: string;
  /** The server's headers. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How many cores the page is told that there are. Default: those of the machine. */
  readonly cores?: number;
}

/** A browser. */
export interface Browser {
  /** Serves files and opens their `/index.html`. */
  open(files: SiteFiles, options: OpenPageOptions): Promise<OpenPage>;
  /** Closes the browser and the servers of its pages. */
  close(): Promise<void>;
}

/** Starts Chromium. It has no time limits: those of the tests are against hangs. */
export async function startChromium({
  flags = NO_GRAPHICS,
}: { readonly flags?: readonly string[] } = {}): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: [...QUIET, ...flags], timeout: 0 });
  const servers: (() => void)[] = [];
  return {
    async open(files, { ready, headers, cores }) {
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
      return {
        page,
        base,
        requests,
        problems,
        elsewhere: () => requests.filter((url) => !url.startsWith(base) && !/^(?:blob|data):/.test(url)),
        close: () => page.close(),
      };
    },
    async close() {
      await browser.close();
      for (const close of servers) close();
    },
  };
}
