import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CaseEvent } from "@samoyed/golden";
import type { Backend } from "@samoyed/runtime";
import { smyd } from "@samoyed/runtime-smyd";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkCase } from "./check-case.ts";

const SHAPES = fileURLToPath(new URL("../../../golden/cases/shapes", import.meta.url));

let cacheDir = "";
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "samoyed-check-"));
});
afterEach(async () => {
  expect(await readdir(join(cacheDir, "scratch")), "checkpoints and artifacts are gone").toEqual([]);
  await rm(cacheDir, { recursive: true });
});

test("a backend passes; one of a format that does not store the weights so is not run, and says why", async () => {
  const events: CaseEvent[] = [];
  const other: Backend = { ...smyd(), name: "other", format: "onnx" };
  const { backends } = await checkCase(SHAPES, {
    backends: [smyd(), other],
    stored: "int8",
    cacheDir,
    env: {},
    onEvent: (event) => events.push(event),
  });
  expect(backends.map(({ backend, verdict }) => `${backend} ${verdict.kind}`)).toEqual([
    "smyd passed",
    "other not run",
  ]);
  expect(backends[1]).toMatchObject({ verdict: { reason: "its format, onnx, does not store weights as int8" } });
  expect(events.some(({ kind }) => kind === "open")).toBe(true);
});

test("one value of the logits that is off fails", async () => {
  const engine = smyd();
  const wrong: Backend = {
    ...engine,
    async load(artifact, options) {
      const session = await engine.load(artifact, options);
      return {
        ...session,
        dispose: () => session.dispose(),
        async run(inputs, options) {
          const outputs = await session.run(inputs, options);
          (outputs.get("logits")!.data as Float32Array)[0]! += 1;
          return outputs;
        },
      };
    },
  };
  const { backends } = await checkCase(SHAPES, { backends: [wrong], cacheDir, env: {} });
  expect(backends[0]).toMatchObject({ verdict: { kind: "failed" } });
});

test("an artifact whose contract says something else fails, however right its logits are", async () => {
  const engine = smyd();
  const wrong: Backend = {
    ...engine,
    async load(artifact, options) {
      const session = await engine.load(artifact, options);
      const { preprocess, ...rest } = session.contract!;
      const { mean, std } = preprocess;
      return {
        ...session,
        contract: { ...rest, preprocess: { ...preprocess, mean: std, std: mean } },
        dispose: () => session.dispose(),
        run: (inputs, options) => session.run(inputs, options),
      };
    },
  };
  const { backends } = await checkCase(SHAPES, { backends: [wrong], cacheDir, env: {} });
  expect(backends[0]).toMatchObject({
    verdict: { kind: "failed", reasons: [expect.stringContaining("preprocess.mean: got")] },
  });
});
