// Weights in fewer bits: what artifacts hold is what PyTorch was given, and both goldens are judged.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { convertFile } from "@samoyed/convert/node";
import { formatNamed } from "@samoyed/convert";
import type { GoldenCase } from "@samoyed/golden";
import { afterEach, describe, expect, test } from "vitest";
import { storedWeightsSha256 } from "@samoyed/check";
import { filesIn, GOLDEN, SHAPES, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const cache = join(folder, "cache");
const env = { SAMOYED_CACHE: cache };
const { signal } = new AbortController();
const golden = JSON.parse(readFileSync(join(GOLDEN, "cases", "shapes", "case.json"), "utf8")) as GoldenCase;

/** The hash that the oracle recorded, from the checkpoint alone. */
function recorded(stored: string): string | undefined {
  return golden.references.flatMap((one) =>
    one.kind === "recorded" && one.stored === stored ? [one.weightsSha256] : [],
  )[0];
}

async function converted(format: string, weights: string): Promise<string> {
  const outDir = join(folder, `${format}-${weights}`);
  const { files } = await convertFile(SHAPES, { formats: [format], weights, outDir, preprocess: golden.preprocess });
  return join(outDir, files[0]!.file);
}

const hashOf = (artifact: string, format: string): Promise<string> =>
  storedWeightsSha256(artifact, { format: formatNamed(format)!, checkpoint: SHAPES, signal });

describe("artifacts hold the very weights that PyTorch ran on", () => {
  test.each<[string, string]>([
    ["onnx", "float16"],
    ["tfjs", "float16"],
    ["tfjs", "uint8"],
    ["tfjs", "uint16"],
    ["smyd", "float16"],
    ["smyd", "int8"],
  ])("%s, %s", async (format, weights) => {
    const expected = recorded(weights);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(await converted(format, weights), format)).toBe(expected);
  });

  test("one stored integer that is off by one is another hash", async () => {
    const model = await converted("tfjs", "uint8");
    const [file] = readdirSync(join(model, "..")).filter((name) => name.endsWith(".bin"));
    const shard = join(model, "..", file!);
    const bytes = readFileSync(shard);
    // In the filter of the first convolution.
    bytes[1000]! ^= 1;
    writeFileSync(shard, bytes);
    await expect(hashOf(model, "tfjs")).rejects.toThrow("has the SHA-256");
    // Without the digest of the file, which finds it first.
    writeFileSync(model, readFileSync(model, "utf8").replace("samoyedDigests", "otherDigests"));
    expect(await hashOf(model, "tfjs")).not.toBe(recorded("uint8"));
  });
});

describe("samoyed check --weights", () => {
  afterEach(() => expect(filesIn(cache), "checkpoints and artifacts are gone afterwards").toEqual([]));

  const shapes = async (...argv: string[]): Promise<{ code: number; json: any }> =>
    runMain(["check", "shapes", ...argv, "--json"], { env });

  test("uint8 on TensorFlow.js: PyTorch's predictions on these weights, one of which differs from the original's", async () => {
    const { code, json } = await shapes("--weights", "uint8", "--backend", "tfjs-wasm,onnxruntime-node");
    expect(code).toBe(0);
    const [wasm, onnx] = json.cases[0].backends;
    expect(json.cases[0].stored).toBe("uint8");
    expect(wasm).toMatchObject({
      verdict: { kind: "passed" },
      accuracy: { images: 100, correct: 97, referenceCorrect: 97, same: 100 },
      drift: { changed: [{ image: 69, original: 9, prediction: 2 }] },
    });
    expect(wasm.checks.map(({ name, status }: Record<string, string>) => `${name} ${status}`)).toEqual(
      ["contract", "weights", "max", "rms", "kl", "rank", "predictions", "drift"].map((name) => `${name} passed`),
    );
    expect(json.cases[0].statements.join()).toMatch(
      /99 of 100 predictions stay; image 69 is predicted as 2 instead of 9/,
    );
    expect(onnx.verdict).toEqual({
      kind: "not run",
      reason: "its format, onnx, does not store weights as uint8",
      fix: "Weights are stored so by tfjs.",
    });
  });

  test("float16 keeps the 100 predictions, in both formats; all means those that can store weights so", async () => {
    const { code, json } = await shapes(
      ...["--weights", "float16", "--backend", "tfjs-wasm,onnxruntime-node", "--require", "all"],
    );
    expect(code).toBe(0);
    for (const backend of json.cases[0].backends) {
      expect(backend).toMatchObject({ verdict: { kind: "passed" }, accuracy: { correct: 98, same: 100 } });
      expect(backend.drift.changed).toEqual([]);
    }
    const uint16 = ["--weights", "uint16", "--backend", "tfjs-wasm,onnxruntime-node", "--require"];
    expect((await shapes(...uint16, "all")).code).toBe(0);
    expect((await shapes(...uint16, "onnxruntime-node")).code).toBe(5);
  });

  test("int8 keeps them too, within its budget, on the engine that stores weights so", async () => {
    const { code, json } = await shapes("--weights", "int8", "--backend", "smyd", "--require", "smyd", "--taps");
    expect(code).toBe(0);
    const [smyd] = json.cases[0].backends;
    expect(smyd).toMatchObject({ verdict: { kind: "passed" }, accuracy: { correct: 98, same: 100 } });
    expect(smyd.checks.map(({ name, status }: Record<string, string>) => `${name} ${status}`)).toEqual(
      ["contract", "weights", "max", "rms", "kl", "rank", "predictions", "drift", "taps"].map(
        (name) => `${name} passed`,
      ),
    );
    expect(smyd.taps.layers[0]).toMatchObject({ name: "act1", driftSqnr: expect.any(Number) });
  });

  test.each<[string, (json: any) => void, RegExp]>([
    [
      "another hash than the artifact's",
      (reference) => (reference.weightsSha256 = "0".repeat(64)),
      /the weights read back from uint8 are not those that PyTorch was given; they have SHA-256 19616407/,
    ],
    ["a tighter budget", (reference) => (reference.budget.sqnr = 40), /35\.0 dB; the budget is 40 dB/],
    [
      "the logits of another way of storing",
      (reference) =>
        Object.assign(reference, {
          logits64: "logits64.uint16.npy",
          logits32: "logits32.uint16.npy",
          noise: golden.references.flatMap((one) =>
            one.kind === "recorded" && one.stored === "uint16" ? [one.noise] : [],
          )[0],
        }),
      /the largest difference is .* F/,
    ],
  ])("%s is red", async (name, change, reason) => {
    const copy = join(folder, name);
    cpSync(join(GOLDEN, "cases", "shapes"), join(copy, "cases", "shapes"), { recursive: true });
    cpSync(join(GOLDEN, "trained"), join(copy, "trained"), { recursive: true });
    const path = join(copy, "cases", "shapes", "case.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    change(json.references.find((reference: { stored?: string }) => reference.stored === "uint8"));
    writeFileSync(path, JSON.stringify(json));
    const { code, json: report } = await shapes("--weights", "uint8", "--backend", "tfjs-wasm", "--golden", copy);
    expect(code).toBe(1);
    expect(JSON.stringify(report.cases[0].backends[0].verdict)).toMatch(reason);
  });

  test("a way of storing that nothing was recorded for is never green", async () => {
    const copy = join(folder, "nothing recorded");
    cpSync(join(GOLDEN, "cases", "samoyed-resnet18"), join(copy, "cases", "samoyed-resnet18"), { recursive: true });
    cpSync(join(GOLDEN, "images"), join(copy, "images"), { recursive: true });
    const path = join(copy, "cases", "samoyed-resnet18", "case.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    json.references = json.references.filter(({ kind }: { kind: string }) => kind === "recorded");
    writeFileSync(path, JSON.stringify(json));
    const argv = ["check", "samoyed-resnet18", "--golden", copy, "--weights", "float16"];
    const { code, stdout } = await runMain([...argv, "--backend", "onnxruntime-node"], { env });
    expect(code).toBe(5);
    expect(stdout).toContain("not run: no reference was recorded for these weights");
    expect(readdirSync(copy)).toEqual(["cases", "images"]);
  });
});
