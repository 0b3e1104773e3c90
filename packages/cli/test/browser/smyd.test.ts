// Golden cases in Chromium, on both kinds of instructions: the sessions run in a page, the verdict is that of
// `samoyed check --taps`.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatNamed } from "@samoyed/convert";
import { caseCheckpoint, storedWeightsSha256 } from "@samoyed/check";
import { convertFile } from "@samoyed/convert/node";
import { type BackendResult, type LoadedCase, runCase } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { bundlePage, type SiteFiles } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { ISOLATED } from "@samoyed/test-support/browser/serve-files";
import { golden } from "@samoyed/test-support/paths";
import { preprocessOnce } from "@samoyed/test-support/preprocess-once";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { beforeAll, expect, test } from "vitest";
import { pageBackend } from "./page-backend.ts";

const STORED = ["float32", "float16", "int8"] as const;
type Stored = (typeof STORED)[number];

describeInChromium("golden cases in a browser", "none", (open) => {
  let opened: OpenPage;
  let files: SiteFiles;
  const cases = new Map<string, LoadedCase>();
  const hashes = new Map<string, string>();
  const prepare = preprocessOnce();

  /** Converts a case's checkpoint into a file of the site. */
  async function convert(name: string, weights: Stored): Promise<void> {
    const loaded = await loadCase(golden(`cases/${name}`));
    cases.set(name, loaded);
    const scratch = temporaryFolder();
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
    files = await bundlePage(new URL("./smyd-page.ts", import.meta.url));
    for (const weights of STORED) await convert("shapes", weights);
    await convert("samoyed-drawn", "float32");
    opened = await open(files, { ready: "sessions", headers: ISOLATED });
  });

  /** The case on one way to run; `file` is the model of another way of storing, where that is not to be found out. */
  async function check(
    name: string,
    options: { readonly runs: string; readonly stored: Stored; readonly file?: Stored },
  ): Promise<BackendResult> {
    const { runs, stored, file = stored } = options;
    const sha256 = hashes.get(`${name} ${stored}`);
    const backend = pageBackend(runs, {
      page: opened.page,
      url: `/${name}.${file}.smyd`,
      tolerance: "float32",
      onClose: () => undefined,
      ...(sha256 === undefined ? {} : { weightsSha256: sha256 }),
    });
    const { preprocess, backends } = await runCase(cases.get(name)!, {
      backends: [backend],
      preprocess: prepare,
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
      "predictions",
      "batch",
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
        ["max", "rms", "kl", "rank", "predictions", "batch", "taps", "documented"].map((check) => `${check} passed`),
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
});
