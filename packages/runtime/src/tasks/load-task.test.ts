import { type FeaturesContract, formatShape, UnsupportedError, UsageError } from "@samoyed/core";
import { type Point, toImagePoint } from "@samoyed/preprocess";
import { expect, test } from "vitest";
import { CONTRACT, fakeBackend } from "../../test/fake-backend.ts";
import type { Artifact } from "../backend.ts";
import { matrixRows } from "./batch.ts";
import { type ImageInput, loadTask, type LoadTaskOptions } from "./load-task.ts";

const { labels: _, ...COMMON } = CONTRACT;
const FEATURES: FeaturesContract = { ...COMMON, task: "features" };

/** A second task, as another file would define it: features, and the center of each input. */
async function loadEmbedder(artifact: Artifact, options: LoadTaskOptions) {
  return loadTask(artifact, {
    ...options,
    task: {
      name: "features",
      noun: "embedder",
      verb: "embed",
      hint: "Convert the checkpoint again, with --features.",
      open: ({ run, contract, dispose }) => ({
        contract,
        dispose,
        embed: async (images: readonly ImageInput[], signal?: AbortSignal): Promise<[number[], Point][]> => {
          const runs = await run(images, { signal });
          return runs.flatMap(({ outputs, geometries }) =>
            matrixRows(outputs.get(contract.output), {
              name: contract.output,
              rows: geometries.length,
              columns: "features",
            }).map((row, image): [number[], Point] => [[...row], toImagePoint({ x: 2, y: 2 }, geometries[image]!)]),
          );
        },
      }),
    },
  });
}

function gray(width: number, height: number, value: number): ImageInput {
  return { width, height, data: new Uint8Array(3 * width * height).fill(value) };
}

test.each([
  ["at once", {}, 1],
  ["one by one", { input: [1, 3, 4, 4] as const }, 2],
])("a task gets outputs and geometries of each image, in order: %s", async (_title, model, runs) => {
  const backend = fakeBackend("fake", { contract: FEATURES, ...model });
  const embedder = await loadEmbedder("model", { backend });
  expect(embedder.contract).toBe(FEATURES);
  expect(await embedder.embed([gray(8, 8, 255), gray(40, 20, 51)])).toEqual([
    [[10, 10, 10], { x: 4, y: 4 }],
    [[2, 2, 2].map((value) => expect.closeTo(value, 5)), { x: 20, y: 10 }],
  ]);
  expect(backend.runs).toBe(runs);
  expect(await embedder.embed([])).toEqual([]);
});

test("messages name the task", async () => {
  const backend = fakeBackend("fake");
  const load = loadEmbedder("model", { backend });
  await expect(load).rejects.toThrow(UnsupportedError);
  await expect(load).rejects.toMatchObject({
    message: "fake.test gives logits, not features: it cannot embed",
    hint: "Convert the checkpoint again, with --features.",
  });
  expect(backend.disposed).toBe(1);
  const embedder = await loadEmbedder("model", { backend: fakeBackend("fake", { contract: FEATURES }) });
  await embedder.dispose();
  await expect(embedder.embed([gray(4, 4, 0)])).rejects.toThrow(UsageError);
  await expect(embedder.embed([gray(4, 4, 0)])).rejects.toThrow("the embedder is disposed");
});

test("an output of the wrong form is reported with the expectation", async () => {
  const logits = () => ({ dtype: "float32" as const, shape: [3], data: new Float32Array(3) });
  const embedder = await loadEmbedder("model", { backend: fakeBackend("fake", { contract: FEATURES, logits }) });
  await expect(embedder.embed([gray(4, 4, 0)])).rejects.toThrow(
    `"logits" is float32 ${formatShape([3])}; expected float32 [1, features]`,
  );
});

test("an abort stops before the next image", async () => {
  const controller = new AbortController();
  const backend = fakeBackend("fake", { contract: FEATURES, input: [1, 3, 4, 4] });
  const load = backend.load.bind(backend);
  const aborting = {
    ...backend,
    load: async (...given: Parameters<typeof load>) => {
      const session = await load(...given);
      return {
        ...session,
        run: async (...inputs: Parameters<typeof session.run>) => {
          controller.abort();
          return session.run(...inputs);
        },
      };
    },
  };
  const embedder = await loadEmbedder("model", { backend: aborting });
  const images = [gray(4, 4, 0), gray(4, 4, 0)];
  await expect(embedder.embed(images, controller.signal)).rejects.toMatchObject({ code: "aborted" });
  expect(backend.runs).toBe(1);
});
