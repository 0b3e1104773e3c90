import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { MismatchError } from "@samoyed/core";
import { openCensusCase } from "@samoyed/golden";
import type { Backend } from "@samoyed/runtime";
import { smyd } from "@samoyed/runtime-smyd";
import { afterEach, beforeEach, expect, test } from "vitest";
import { censusTensors } from "./census-model.ts";
import { checkNetwork } from "./check-network.ts";

const CENSUS = fileURLToPath(new URL("../../../../golden/census", import.meta.url));
const NETWORK = "test_resnet";

let cacheDir = "";
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "samoyed-census-"));
});
afterEach(async () => {
  const left = await readdir(join(cacheDir, "scratch")).catch(() => []);
  expect(left, "models and artifacts are gone").toEqual([]);
  await rm(cacheDir, { recursive: true });
});

/** A copy of a network's folder, to change. */
async function copied(): Promise<string> {
  const folder = join(cacheDir, NETWORK);
  await cp(join(CENSUS, NETWORK), folder, { recursive: true });
  return folder;
}

async function editText(folder: string, name: string, edit: (text: string) => string): Promise<void> {
  const path = join(folder, name);
  const bytes = await readFile(path);
  const zipped = name.endsWith(".gz");
  const before = (zipped ? gunzipSync(bytes) : bytes).toString();
  const after = edit(before);
  expect(after, "the test changes something").not.toBe(before);
  await writeFile(path, zipped ? gzipSync(after) : after);
}

const run = (folder: string, backends: readonly Backend[] = [smyd()]) => checkNetwork(folder, { backends, cacheDir });

test.each([NETWORK, "test_efficientnet", "test_byobnet"])("%s passes on smyd", async (name) => {
  const { backends, module, noise } = await run(join(CENSUS, name));
  expect(backends).toMatchObject([{ backend: "smyd", format: "smyd", status: "passed" }]);
  expect(backends[0]!.inNoise).toBeLessThanOrEqual(8);
  expect(backends[0]!.inNoise).toBeGreaterThan(0);
  expect(name).toContain(module);
  expect(noise.max).toBeGreaterThan(0);
});

test("another seed is not what was recorded", async () => {
  const folder = await copied();
  await editText(folder, "case.json", (text) => text.replace('"census-1"', '"census-2"'));
  await expect(run(folder)).rejects.toThrow(MismatchError);
});

test("one weight's fill changed is not what was recorded; with its hash put right, the logits fail", async () => {
  const folder = await copied();
  const path = "tensors.json.gz";
  await editText(folder, path, (text) =>
    text.replace(/("layer1\.0\.conv1\.weight".*?"std":)([\d.]+)/u, (_, start, std) => `${start}${1.01 * Number(std)}`),
  );
  await expect(run(folder)).rejects.toThrow(MismatchError);
  const opened = await openCensusCase({ label: folder, read: (name) => readFile(join(folder, name)) });
  const hash = createHash("sha256");
  for (const { tensor } of await censusTensors(opened)) hash.update(await tensor.read());
  await editText(folder, "case.json", (text) => text.replace(opened.case.weightsSha256, hash.digest("hex")));
  const { backends } = await run(folder);
  expect(backends).toMatchObject([{ status: "failed" }]);
  expect(backends[0]!.inNoise).toBeGreaterThan(8);
});

test("one logit that is off fails", async () => {
  const engine = smyd();
  const wrong: Backend = {
    ...engine,
    async load(artifact, options) {
      const session = await engine.load(artifact, options);
      return {
        ...session,
        dispose: () => session.dispose(),
        async run(inputs, more) {
          const outputs = await session.run(inputs, more);
          for (const { data } of outputs.values()) (data as Float32Array)[417]! += 1e-4;
          return outputs;
        },
      };
    },
  };
  const { backends } = await run(join(CENSUS, NETWORK), [wrong]);
  expect(backends).toMatchObject([{ status: "failed" }]);
  expect(backends[0]!.reasons.join()).toContain("class 417");
});

test("edited noise is found out", async () => {
  const folder = await copied();
  await editText(folder, "case.json", (text) => text.replace(/"max": [\d.e-]+/u, '"max": 1'));
  await expect(run(folder)).rejects.toThrow(MismatchError);
});

test("an operator that nothing handles is refused by its name; a backend that is not there did not run", async () => {
  const folder = await copied();
  await editText(folder, "program.json.gz", (text) =>
    text.replace("aten.relu_.default", "aten.erfinv.default").replace("aten.relu.default", "aten.erfinv.default"),
  );
  const absent: Backend = {
    ...smyd(),
    name: "absent",
    availability: async () => ({ available: false, reason: "it is not installed", fix: "Install it." }),
  };
  const { backends } = await run(folder, [absent, smyd()]);
  expect(backends).toMatchObject([
    { backend: "absent", status: "not run", reasons: ["it is not installed"], fix: "Install it." },
    { backend: "smyd", status: "refused", reasons: [expect.stringContaining("erfinv")] },
  ]);
});
