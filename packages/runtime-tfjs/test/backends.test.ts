import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ShapeError, type Tensor, UsageError } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import * as tf from "@tensorflow/tfjs-core";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { describe, expect, test } from "vitest";
import { tfjsCpu, tfjsWasm, tfjsWebgl, tfjsWebgpu } from "../src/node.ts";
import { BACKENDS } from "./available.ts";
import { modelFiles, onlyShard, writeFiles, writeModel } from "./models.ts";

const graph = tinyGraph();
const model = await writeModel(graph, { contract: testContract() });
const input = wave([2, 3, 8, 8]);
const { weightsManifest } = JSON.parse(await readFile(model, "utf8")) as {
  readonly weightsManifest: readonly { readonly weights: readonly { readonly name: string }[] }[];
};
const weightName = weightsManifest[0]!.weights[0]!.name;
// Values that the writer fuses into the next (conv into relu) have no node, so no tap.
const TAPS = ["relu", "again", "features"];
/** Outputs of the interpreter on the same graph: it shares no code with TensorFlow.js. */
const reference = await interpret(graph, { input }, { taps: TAPS });

function expectClose(actual: Tensor | undefined, wanted: Tensor | undefined): void {
  expect(actual?.shape).toEqual(wanted!.shape);
  expect(actual!.dtype).toBe(wanted!.dtype);
  for (let at = 0; at < wanted!.data.length; at++) {
    expect(Math.abs(Number(actual!.data[at]) - Number(wanted!.data[at])), `element ${at}`).toBeLessThan(2e-5);
  }
}

describe.each(BACKENDS)("%s", (_name, backend, runs) => {
  test.skipIf(!runs)("is available, with its version", async () => {
    expect(backend.format).toBe("tfjs");
    expect(await backend.availability()).toMatchObject({ available: true, version: expect.stringMatching(/^4\.2\d/) });
  });

  test.skipIf(!runs)(
    "loads a path or a folder, reads ports and contract, and gives the interpreter's outputs",
    async () => {
      for (const artifact of [model, dirname(model)]) {
        const session = await backend.load(artifact);
        expect(session.backend).toBe(backend.name);
        expect(session.inputs).toEqual([{ name: "input", dtype: "float32", shape: ["N", 3, 8, 8] }]);
        expect(session.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 4] }]);
        expect(session.contract).toEqual(testContract());
        const outputs = await session.run({ input });
        expect([...outputs.keys()]).toEqual(["logits"]);
        expectClose(outputs.get("logits"), reference.get("logits"));
        await session.dispose();
      }
    },
  );

  test.skipIf(!runs)(
    "gives intermediate values as NCHW, in the requested order, as copies that the next run does not change",
    async () => {
      const session = await backend.load(model);
      const taps = ["again", "input", "relu", "again", "features", "relu", "logits"];
      const first = await session.run({ input }, { taps });
      expect([...first.keys()]).toEqual(["logits", "again", "input", "relu", "features"]);
      for (const name of ["relu", "again", "features", "logits"]) expectClose(first.get(name), reference.get(name));
      expect(first.get("input")).toEqual(input);
      expect(first.get("input")!.data).not.toBe(input.data);
      await session.run({ input: wave([1, 3, 8, 8], 3) }, { taps: ["relu"] });
      expectClose(first.get("relu"), reference.get("relu"));
      await session.dispose();
    },
  );

  test.skipIf(!runs)("takes channels last inside the file, and NCHW from the caller", async () => {
    const session = await backend.load(await writeModel(graph, { contract: testContract(), layout: "nhwc" }));
    expect(session.inputs[0]!.shape).toEqual(["N", 3, 8, 8]);
    const outputs = await session.run({ input }, { taps: ["relu"] });
    expectClose(outputs.get("logits"), reference.get("logits"));
    expectClose(outputs.get("relu"), reference.get("relu"));
    await session.dispose();
  });

  test.skipIf(!runs)("weights in fewer bits are TensorFlow.js's own", async () => {
    for (const weights of ["float16", "uint8", "uint16"] as const) {
      const session = await backend.load(await writeModel(graph, { contract: testContract({ weights }), weights }));
      const { data } = (await session.run({ input })).get("logits")!;
      const error = Math.max(
        ...Array.from(data as Float32Array, (x, at) => Math.abs(x - Number(reference.get("logits")!.data[at]))),
      );
      expect(error).toBeGreaterThan(1e-7);
      expect(error).toBeLessThan(weights === "uint8" ? 0.5 : 0.005);
      await session.dispose();
    }
  });

  test.skipIf(!runs)("leaks no tensors and no memory", async () => {
    const before = tf.memory();
    const session = await backend.load(model);
    const loaded = tf.memory();
    expect(loaded.numTensors).toBeGreaterThan(before.numTensors);
    // A tapped constant is a weight, which stays.
    for (let count = 0; count < 3; count++) await session.run({ input }, { taps: ["relu", weightName] });
    await expect(session.run({ input: wave([1, 3, 8, 9]) })).rejects.toThrow(ShapeError);
    await expect(session.run({ input }, { taps: ["pole"] })).rejects.toThrow(UsageError);
    expect(tf.memory().numTensors).toBe(loaded.numTensors);
    expect(tf.memory().numBytes).toBe(loaded.numBytes);
    expectClose((await session.run({ input })).get("logits"), reference.get("logits"));
    await session.dispose();
    await session.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    await expect(session.run({ input })).rejects.toThrow(/the session is disposed/);
  });

  test.skipIf(!runs)("a tap that the graph lacks is an error that names it", async () => {
    const session = await backend.load(model);
    const run = session.run({ input }, { taps: ["relu", "pole"] });
    await expect(run).rejects.toThrow(/no value "pole" to tap/);
    await expect(run).rejects.toMatchObject({ hint: expect.stringContaining(`samoyed inspect ${model} --all lists`) });
    await session.dispose();
  });

  test.skipIf(!runs)("refuses inputs that do not match, by name", async () => {
    const session = await backend.load(model);
    const good = wave([1, 3, 8, 8]);
    const bad: [Record<string, Tensor>, RegExp][] = [
      [{}, /"input" is missing; expected float32 \[N, 3, 8, 8\]/],
      [{ input: good, image: good }, /no input "image"; expected input/],
      [{ input: wave([1, 3, 8, 9]) }, /is float32 \[1, 3, 8, 9\]; expected float32 \[N, 3, 8, 8\]/],
      [{ input: { ...good, dtype: "float64", data: new Float64Array(192) } }, /is float64 \[1, 3, 8, 8\]/],
    ];
    for (const [inputs, message] of bad) {
      await expect(session.run(inputs)).rejects.toThrow(ShapeError);
      await expect(session.run(inputs)).rejects.toThrow(message);
    }
    await session.dispose();
  });

  test.skipIf(!runs)("an abort stops the load and the run", async () => {
    const signal = AbortSignal.abort();
    await expect(backend.load(model, { signal })).rejects.toMatchObject({ code: "aborted" });
    const session = await backend.load(model);
    await expect(session.run({ input }, { signal })).rejects.toMatchObject({ code: "aborted" });
    await session.dispose();
  });

  test.skipIf(!runs)("refuses an invalid number of threads", async () => {
    await expect(backend.load(model, { threads: 0 })).rejects.toThrow(/expected an integer from 1/);
  });
});

test("loads an http URL and a file URL; shards that the server lacks are named", async () => {
  const files = await modelFiles(graph, { contract: testContract() });
  const server = createServer((request, response) => {
    const body = files.get(request.url!.replace("/m/", ""));
    response.statusCode = body === undefined ? 404 : 200;
    response.end(body ?? "nothing here");
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
  try {
    for (const artifact of [`${base}/model.json`, new URL(base), base, pathToFileURL(model)]) {
      const session = await tfjsCpu().load(artifact);
      expectClose((await session.run({ input })).get("logits"), reference.get("logits"));
      await session.dispose();
    }
    const before = tf.memory().numTensors;
    const shard = onlyShard(files);
    files.delete(shard);
    const load = tfjsCpu().load(base);
    await expect(load).rejects.toMatchObject({ code: "io", details: { file: shard } });
    await expect(load).rejects.toThrow(
      /model\.json: its shard group1-shard1of1-\S+\.bin cannot be opened: .*answered 404/,
    );
    expect(tf.memory().numTensors).toBe(before);
  } finally {
    server.close();
  }
});

test("sessions on several engines run at once, and the program's own engine stays current", async () => {
  const running = BACKENDS.filter(([, , runs]) => runs).map(([, backend]) => backend);
  await tf.setBackend("cpu");
  const sessions = await Promise.all(running.map((backend) => backend.load(model)));
  expect(tf.getBackend()).toBe("cpu");
  const own = tf.tensor([1, 2, 3]);
  const inputs = Array.from({ length: 4 }, (_, phase) => wave([2, 3, 8, 8], phase));
  const wanted = await Promise.all(inputs.map((image) => interpret(graph, { input: image })));
  const answers = await Promise.all(
    inputs.flatMap((image, index) =>
      sessions.map(async (session) => ({ index, outputs: await session.run({ input: image }, { taps: ["relu"] }) })),
    ),
  );
  expect(answers).toHaveLength(4 * running.length);
  for (const { index, outputs } of answers) expectClose(outputs.get("logits"), wanted[index]!.get("logits"));
  expect(tf.getBackend()).toBe("cpu");
  expect(Array.from(own.mul(2).dataSync())).toEqual([2, 4, 6]);
  own.dispose();
  await Promise.all(sessions.map((session) => session.dispose()));
});

test("plain TensorFlow.js dequantizes to the same bits", async () => {
  for (const weights of ["float16", "uint8", "uint16"] as const) {
    const files = await modelFiles(graph, { weights });
    const [group] = (
      JSON.parse(new TextDecoder().decode(files.get("model.json"))) as {
        weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
      }
    ).weightsManifest;
    await tf.setBackend("cpu");
    const bytes = files.get(group!.paths[0]!)!;
    const theirs = tf.io.decodeWeights(bytes.slice().buffer as ArrayBuffer, group!.weights);
    const session = await tfjsCpu().load(await writeFiles(files));
    const ours = await session.run({ input }, { taps: Object.keys(theirs) });
    for (const [name, tensor] of Object.entries(theirs)) {
      // Filters are four-dimensional constants: like all values that are not images, they are returned unchanged.
      expect(ours.get(name)!.data, name).toEqual(tensor.dataSync());
      tensor.dispose();
    }
    await session.dispose();
  }
});

test("browser engines are not available, and bytes are not a model", async () => {
  for (const backend of [tfjsWebgl(), tfjsWebgpu()]) {
    expect(backend.runsIn).toBe("browser");
    expect(await backend.availability()).toEqual({
      available: false,
      reason: "it runs only in browsers",
      fix: "Use tfjs-node or tfjs-wasm in Node.",
    });
    await expect(backend.load(model)).rejects.toMatchObject({ code: "unavailable" });
  }
  await expect(tfjsWasm().load(await readFile(join(model)))).rejects.toThrow(/several files; expected a path or URL/);
});
