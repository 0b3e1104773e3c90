// Golden cases in Chromium, on both kinds of instructions: the sessions run in a page, the verdict is that of
// `samoyed check --taps`.
import { formatNamed } from "../../convert/src/format-named.ts";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { preprocessImage } from "@samoyed/preprocess";
import { golden } from "@samoyed/test-support/paths";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundlePage } from "./bundle-page.ts";
import { caseCheckpoint } from "../../cli/src/check/case-checkpoint.ts";
import { storedWeightsSha256 } from "../../cli/src/check/stored-weights/stored-weights-sha256.ts";
import { convertFile } from "../../convert/src/node.ts";
import { type BackendResult, type LoadedCase, runCase } from "../../golden/src/index.ts";
import { loadCase } from "../../golden/src/node.ts";
import { newFolder } from "../../runtime-tfjs/test/models.ts";
import { pageBackend } from "../../runtime-tfjs/test/page-backend.ts";

const CHROME = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
const STORED = ["float32", "float16", "int8"] as const;
type Stored = (typeof STORED)[number];

describe.skipIf(!existsSync(CHROME))(
  `golden cases in a browser${existsSync(CHROME) ? "" : " (not run: Chromium is not installed)"}`,
  () => {
    let server: Server;
    let browser: Browser;
    let page: Page;
    const files = new Map<string, Uint8Array | string>();
    const cases = new Map<string, LoadedCase>();
    const hashes = new Map<string, string>();

    /** Converts a case's checkpoint into a file of the site. */
    async function convert(name: string, weights: Stored): Promise<void> {
      const loaded = await loadCase(golden(`cases/${name}`));
      cases.set(name, loaded);
      const scratch = await newFolder();
      const { signal } = new AbortController();
      const checkpoint = await caseCheckpoint(loaded, { folder: golden(`cases/${name}`), scratch, signal });
      const outDir = join(scratch, "out");
      const { preprocess, model, checkpoint: own } = loaded.case;
      const standIn = own.kind === "stand-in" ? { model, standIn: own.note } : {};
      await convertFile(checkpoint, { formats: ["smyd"], weights, outDir, preprocess, ...standIn });
      const file = join(outDir, (await readdir(outDir))[0]!);
      files.set(`/${name}.${weights}.smyd`, await readFile(file));
      const hash = await storedWeightsSha256(file, { format: formatNamed("smyd")!, checkpoint, signal });
      if (weights !== "float32") hashes.set(`${name} ${weights}`, hash);
    }

    beforeAll(async () => {
      for (const [name, body] of await bundlePage("./golden-page.ts")) files.set(name, body);
      for (const weights of STORED) await convert("shapes", weights);
      await convert("samoyed-drawn", "float32");
      files.set("/index.html", `<!doctype html><script type="module" src="/page.js"></script>`);
      server = createServer((request, response) => {
        const body = files.get(request.url ?? "");
        const type = request.url?.endsWith(".js")
          ? "text/javascript"
          : request.url?.endsWith(".html")
            ? "text/html"
            : "";
        response.writeHead(body === undefined ? 404 : 200, {
          ...ISOLATED,
          "content-type": type || "application/octet-stream",
        });
        response.end(body);
      }).listen(0, "127.0.0.1");
      await new Promise((done) => server.once("listening", done));
      browser = await chromium.launch({
        executablePath: CHROME,
        args: ["--headless", "--no-sandbox", "--disable-gpu"],
      });
      page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
      await page.waitForFunction(() => window.sessions !== undefined);
    });

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    /** The case on one way to run; `file` is the model of another way of storing, where that is not to be found out. */
    async function check(
      name: string,
      options: { readonly runs: string; readonly stored: Stored; readonly file?: Stored },
    ): Promise<BackendResult> {
      const { runs, stored, file = stored } = options;
      const sha256 = hashes.get(`${name} ${stored}`);
      const backend = pageBackend(runs, {
        page,
        url: `/${name}.${file}.smyd`,
        tolerance: "float32",
        onClose: () => undefined,
        ...(sha256 === undefined ? {} : { weightsSha256: sha256 }),
      });
      const { preprocess, backends } = await runCase(cases.get(name)!, {
        backends: [backend],
        preprocess: preprocessImage,
        asset: async (asset) => readFile(asset),
        stored,
        depth: "layers",
      });
      expect(preprocess.status).toBe("passed");
      return backends[0]!;
    }

    const statuses = ({ checks }: BackendResult): string[] => checks.map(({ name, status }) => `${name} ${status}`);

    test.for(
      STORED.flatMap((stored) =>
        ["plain, 1 thread", "plain, 2 threads", "relaxed, 1 thread", "relaxed, 2 threads"].map(
          (runs) => [runs, stored] as const,
        ),
      ),
    )("shapes on %s, weights stored as %s: PyTorch's hundred answers, logits and layers", async ([runs, stored]) => {
      const result = await check("shapes", { runs, stored });
      const fewer = stored === "float32" ? [] : ["drift"];
      const names = [
        ...(stored === "float32" ? [] : ["weights"]),
        "max",
        "rms",
        "kl",
        "rank",
        "answers",
        ...fewer,
        "taps",
      ];
      expect(statuses(result)).toEqual(names.map((check) => `${check} passed`));
      expect(result.version).toBe(`${runs.split(",")[0]} SIMD`);
      expect(result.verdict).toEqual({ kind: "passed", notes: [] });
      expect(result.accuracy).toMatchObject({ images: 100, correct: 98, same: 100 });
      expect(result.taps!.layers).toHaveLength(5);
    });

    test.for(["plain, 1 thread", "relaxed, 2 threads"])(
      "samoyed-drawn on %s: Samoyed 0.6425, layer by layer",
      async (runs) => {
        const result = await check("samoyed-drawn", { runs, stored: "float32" });
        expect(statuses(result)).toEqual(
          ["max", "rms", "kl", "rank", "taps", "documented"].map((check) => `${check} passed`),
        );
        expect(result.top![0]!.probability.toFixed(4)).toBe("0.6425");
        expect(result.taps!.layers).toHaveLength(17);
      },
    );

    test("another model's values are red, in the logits and in the layers", async () => {
      const result = await check("shapes", { runs: "plain, 1 thread", stored: "float32", file: "float16" });
      expect(statuses(result)).toEqual(expect.arrayContaining(["max failed", "rms failed", "taps failed"]));
      expect(result.verdict.kind).toBe("failed");
    });
  },
);
