import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { storedWeightsSha256 } from "@samoyed/check";
import { formatNamed } from "@samoyed/convert";
import { convertFile } from "@samoyed/convert/node";
import { type BackendResult, type LoadedCase, runCase } from "@samoyed/golden";
import { loadCase } from "@samoyed/golden/node";
import { bundlePage } from "@samoyed/test-support/browser/bundle-page";
import { describeInChromium, type OpenPage } from "@samoyed/test-support/browser/chromium";
import { ISOLATED } from "@samoyed/test-support/browser/serve-files";
import { tfjsWasmFiles } from "@samoyed/test-support/browser/tfjs-wasm-files";
import { golden } from "@samoyed/test-support/paths";
import { preprocessOnce } from "@samoyed/test-support/preprocess-once";
import { temporaryFolder } from "@samoyed/test-support/temporary-folder";
import { beforeAll, expect, test } from "vitest";
import { pageBackend } from "./page-backend.ts";
import { someImages } from "./some-images.ts";

const CHECKPOINT = golden("trained/shapes.pth");
const STORED = ["float32", "float16", "uint8"] as const;
type Stored = (typeof STORED)[number];

/** The engines of browsers, with the tolerance that they are given. */
const TOLERANCES = {
  "tfjs-cpu": "float32",
  "tfjs-wasm": "float32",
  "tfjs-webgl": "float32-gpu",
  "tfjs-webgpu": "float32-gpu",
} as const;
type Engine = keyof typeof TOLERANCES;

/** The image that PyTorch itself answers otherwise with weights of eight bits. */
export const UINT8_DIFFERS = 69;
/**
 * WebGPU computes on SwiftShader here, which takes 0.3 to 0.7 s for an image, where WebGL takes 0.1 to 0.25: with weights
 * in fewer bits it has every fifth of the images, the first of them image 0, whose layers were recorded.
 */
const FEWER = new Set([...Array.from({ length: 20 }, (_, index) => 5 * index), UINT8_DIFFERS]);
/** What the hundred images come to, by how weights are stored. */
const CORRECT = { float32: 98, float16: 98, uint8: 97 } as const;

/** Runs a case on one engine; `model` is the folder of another model than the one that was stored so. */
export type CheckTfjs = (
  name: Engine,
  options: {
    readonly loaded: LoadedCase;
    readonly stored: Stored;
    readonly model?: string;
    readonly sha256?: string;
  },
) => Promise<BackendResult>;

/** The checks of a result, with their statuses. */
export const statuses = ({ checks }: BackendResult): string[] => checks.map(({ name, status }) => `${name} ${status}`);

/**
 * Defines tests of the golden case of the trained network on some engines of browsers: the sessions run in Chromium, the
 * verdict is that of `samoyed check --taps`.
 *
 * @param more defines further tests; the case is there when they run
 */
export function describeTfjsGolden(
  engines: readonly Engine[],
  more?: (check: CheckTfjs, shapes: () => LoadedCase) => void,
): void {
  describeInChromium("the golden case in a browser", "software", (open) => {
    let opened: OpenPage;
    let shapes: LoadedCase;
    const hashes = new Map<Stored, string>();
    const prepare = preprocessOnce();

    beforeAll(async () => {
      shapes = await loadCase(golden("cases/shapes"));
      const page = await bundlePage(new URL("./tfjs-page.ts", import.meta.url));
      const files = new Map([...page, ...(await tfjsWasmFiles(import.meta.url))]);
      for (const weights of STORED) {
        const outDir = temporaryFolder();
        await convertFile(CHECKPOINT, { formats: ["tfjs"], weights, outDir, preprocess: shapes.case.preprocess });
        const [folder] = await readdir(outDir);
        const model = join(outDir, folder!);
        for (const file of await readdir(model)) files.set(`/${weights}/${file}`, await readFile(join(model, file)));
        const { signal } = new AbortController();
        const options = { format: formatNamed("tfjs")!, checkpoint: CHECKPOINT, signal } as const;
        if (weights !== "float32") hashes.set(weights, await storedWeightsSha256(join(model, "model.json"), options));
      }
      opened = await open(files, { ready: "sessions", headers: ISOLATED, cores: 8 });
    });

    const check: CheckTfjs = async (name, { loaded, stored, model = stored, sha256 = hashes.get(stored) }) => {
      const leaks: number[] = [];
      const backend = pageBackend(name, {
        page: opened.page,
        url: `/${model}/model.json`,
        tolerance: TOLERANCES[name],
        onClose: (leaked) => leaks.push(leaked),
        ...(sha256 === undefined ? {} : { weightsSha256: sha256 }),
      });
      const { preprocess, backends } = await runCase(loaded, {
        backends: [backend],
        preprocess: prepare,
        asset: async (asset) => readFile(asset),
        stored,
        depth: "layers",
      });
      expect(preprocess.status).toBe("passed");
      expect(leaks.every((leaked) => leaked === 0)).toBe(true);
      return backends[0]!;
    };

    test.for(engines.flatMap((name) => STORED.map((stored) => [name, stored] as const)))(
      "%s, weights stored as %s: PyTorch's answers, logits and layers",
      async ([name, stored], context) => {
        const fewer = name === "tfjs-webgpu" && stored !== "float32";
        const loaded = fewer ? someImages(shapes, FEWER) : shapes;
        const result = await check(name, { loaded, stored });
        if (result.verdict.kind === "not run") {
          // Visible in the report: this browser offers no adapter.
          expect(name).toBe("tfjs-webgpu");
          context.skip(`not run: ${result.verdict.reason}`);
        }
        const changed = stored === "float32" ? [] : ["drift"];
        const cpu = name === "tfjs-cpu" || name === "tfjs-wasm" ? ["rms", "kl"] : [];
        const names = [
          ...(changed.length > 0 ? ["weights"] : []),
          "max",
          ...cpu,
          "rank",
          "predictions",
          "batch",
          ...changed,
          "taps",
        ];
        expect(statuses(result)).toEqual(names.map((check) => `${check} passed`));
        expect(result.verdict).toEqual({ kind: "passed", notes: [] });
        const images = loaded.case.images.length;
        expect(images).toBe(fewer ? 21 : 100);
        expect(result.accuracy).toMatchObject({ images, same: images, ...(fewer ? {} : { correct: CORRECT[stored] }) });
        expect(result.taps!.layers).toHaveLength(5);
        const others = stored === "uint8" ? [UINT8_DIFFERS] : [];
        if (!fewer && stored !== "float32") expect(result.drift!.changed.map(({ image }) => image)).toEqual(others);
        const value = (check: string): string => result.checks.find((one) => one.name === check)!.value!.toFixed(1);
        console.log(`${name}, ${stored}: logits ${value("max")} F, layers ${value("taps")} F, ${images} images`);
      },
    );

    more?.(check, () => shapes);

    test("nothing was thrown beside, and nothing left this machine", () => {
      expect(opened.problems).toEqual([]);
      expect(opened.elsewhere()).toEqual([]);
    });
  });
}
