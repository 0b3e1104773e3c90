import { writeFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { lazyTensor, ShapeError, type Tensor, UnsupportedError, UsageError } from "@samoyed/core";
import { createBuilder, interpret } from "@samoyed/graph";
import { firstAvailable } from "@samoyed/runtime";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { describe, expect, test, vi } from "vitest";
import { loadClassifier, smyd } from "../src/node.ts";
import { relativeError, smydBytes } from "./models.ts";

const graph = tinyGraph();
const bytes = await smydBytes(graph, { contract: testContract() });
const path = join(await mkdtemp(join(tmpdir(), "samoyed-smyd-")), "tiny.smyd");
await writeFile(path, bytes);

/** Runs a session and holds every value against the interpreter. */
async function expectRight(values: ReadonlyMap<string, Tensor>, input: Tensor, taps: string[] = []): Promise<void> {
  const wanted = await interpret(tinyGraph({ size: input.shape[2]! }), { input }, { taps });
  expect([...values.keys()]).toEqual([
    "logits",
    ...taps.filter((name, at) => taps.indexOf(name) === at && name !== "logits"),
  ]);
  for (const [name, { shape, data }] of values) {
    expect(shape, name).toEqual(wanted.get(name)!.shape);
    expect(relativeError(data, wanted.get(name)!.data), name).toBeLessThan(2e-6);
  }
}

describe.each([1, 2])("with %i threads", (threads) => {
  test("a path, a file URL, a Blob and bytes: ports, contract and answers", async () => {
    const input = wave([2, 3, 8, 8], 7);
    for (const artifact of [path, pathToFileURL(path), new Blob([bytes as Uint8Array<ArrayBuffer>]), bytes]) {
      const session = await smyd().load(artifact, { threads });
      expect(session.backend).toBe("smyd");
      expect(session.inputs).toEqual([{ name: "input", dtype: "float32", shape: ["N", 3, 8, 8] }]);
      expect(session.outputs).toEqual([{ name: "logits", dtype: "float32", shape: ["N", 4] }]);
      expect(session.contract).toMatchObject({ model: "tiny.fixture", labels: { length: 4 } });
      await expectRight(await session.run({ input }), input);
      await session.dispose();
    }
  });

  test("any value can be tapped, those that kernels took along as well; results are the caller's", async () => {
    const session = await smyd().load(bytes, { threads });
    const [one, other] = [wave([2, 3, 8, 8], 1), wave([1, 3, 8, 8], 2)];
    const taps = ["conv", "grouped", "sum", "again", "pool", "features", "input", "relu", "logits", "conv"];
    const first = await session.run({ input: one }, { taps });
    await expectRight(await session.run({ input: other }), other);
    await expectRight(await session.run({ input: other }, { taps: ["sum"] }), other, ["sum"]);
    await expectRight(first, one, taps);
    await session.dispose();
  });

  test("runs that overlap take turns", async () => {
    const session = await smyd().load(bytes, { threads });
    const inputs = [1, 2, 3, 4].map((batch) => wave([batch, 3, 8, 8], batch));
    const results = await Promise.all(
      inputs.map((input, index) => session.run({ input }, index % 2 ? { taps: ["conv"] } : {})),
    );
    for (const [index, values] of results.entries())
      await expectRight(values, inputs[index]!, index % 2 ? ["conv"] : []);
    await session.dispose();
  });

  test("a run that is refused leaves the session as it was", async () => {
    const session = await smyd().load(bytes, { threads });
    const good = wave([1, 3, 8, 8]);
    const bad: [Record<string, Tensor>, RegExp][] = [
      [{}, /"input" is missing; expected float32 \[N, 3, 8, 8\]/],
      [{ input: wave([1, 3, 8, 9]) }, /is float32 \[1, 3, 8, 9\]; expected float32 \[N, 3, 8, 8\]/],
      [{ input: { ...good, data: new Float32Array(191) } }, /has 191 values/],
    ];
    for (const [inputs, message] of bad) {
      await expect(session.run(inputs)).rejects.toThrow(ShapeError);
      await expect(session.run(inputs)).rejects.toThrow(message);
    }
    await expect(session.run({ input: good }, { taps: ["pole"] })).rejects.toThrow(/no value "pole" to tap/);
    await expect(session.run({ input: good }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    await expectRight(await session.run({ input: good }), good);
    await session.dispose();
    await session.dispose();
    await expect(session.run({ input: good })).rejects.toThrow(UsageError);
    await expect(session.run({ input: good })).rejects.toThrow(/the session is disposed/);
  });

  test("images of any size, where the network takes them", async () => {
    const session = await smyd().load(await smydBytes(tinyGraph({ size: "open" })), { threads });
    expect(session.inputs[0]!.shape).toEqual(["N", 3, "H", "W"]);
    for (const size of [8, 3, 40, 8]) {
      const input = wave([2, 3, size, size], size);
      await expectRight(await session.run({ input }, { taps: ["relu"] }), input, ["relu"]);
    }
    await session.dispose();
  });
});

test("a classifier needs nothing but the file", async () => {
  const classifier = await loadClassifier(path, { threads: 1 });
  const image = { width: 8, height: 8, data: Uint8Array.from({ length: 192 }, (_, index) => (index * 37) % 256) };
  const answer = await classifier.classify(image, { top: 4 });
  expect(answer.map(({ label }) => label).sort()).toEqual([...classifier.contract.labels!].sort());
  expect(answer.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
  await classifier.dispose();
});

test("float32 and integers go in and out; anything else is refused when it is loaded", async () => {
  const b = createBuilder({ name: "double" });
  b.output(b.node("Relu", [b.input("x", "float64", [2])]));
  const load = smyd().load(await smydBytes(b.finish()), { threads: 1 });
  await expect(load).rejects.toThrow(UnsupportedError);
  await expect(load).rejects.toThrow(/"x" is float64 \[2\]; float32 and integers go in and out/);
});

test("an operator that no kernel computes is named when the model is loaded", async () => {
  const b = createBuilder({ name: "quantized" });
  const scale = b.initializer(lazyTensor("scale", { dtype: "float32", shape: [], data: Float32Array.of(0.5) }));
  b.output(b.node("QuantizeLinear", [b.input("x", "float32", [2]), scale], { name: "bytes" }));
  const load = smyd().load(await smydBytes(b.finish()), { threads: 1 });
  const message = expect.stringMatching(/"bytes" \(QuantizeLinear\)/);
  await expect(load).rejects.toMatchObject({ code: "unsupported", message });
});

test("where there is no SIMD, it says what mends it", async () => {
  const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  try {
    expect(await smyd().availability()).toMatchObject({ available: false, reason: expect.stringMatching(/no SIMD/) });
    await expect(smyd().load(bytes)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/no SIMD/),
      hint: expect.stringMatching(/Chrome 91/),
    });
    await expect(firstAvailable([smyd()])).rejects.toMatchObject({ code: "unavailable" });
  } finally {
    validate.mockRestore();
  }
  expect(await smyd().availability()).toMatchObject({ available: true, version: expect.stringMatching(/SIMD/) });
});
