import { FormatError, MismatchError, ShapeError, UnavailableError, UnsupportedError, UsageError } from "@samoyed/core";
import type { Image } from "@samoyed/preprocess";
import { describe, expect, test } from "vitest";
import { channelMeans, CONTRACT, fakeBackend, type FakeModel } from "../../../test/fake-backend.ts";
import type { Backend, LoadProgress } from "../../backend.ts";
import { loadClassifier } from "./classifier.ts";

/** An image of one color, 4 × 4. */
function plain(red: number, green: number, blue: number): Image {
  const data = new Uint8Array(48);
  for (let at = 0; at < 48; at += 3) data.set([red, green, blue], at);
  return { width: 4, height: 4, data };
}
/** The contract without labels. */
const { labels: _, ...UNNAMED } = CONTRACT;
const GREEN = plain(0, 255, 51);
const BLUE = plain(102, 0, 255);

test("needs only the artifact and a backend: preprocessing and names come from the contract", async () => {
  const classifier = await loadClassifier("model", { backend: fakeBackend("fake") });
  expect(classifier.backend).toBe("fake");
  expect(classifier.contract).toBe(CONTRACT);
  const prediction = await classifier.classify(GREEN);
  expect(prediction.map(({ index, label }) => `${index} ${label}`)).toEqual(["1 green", "2 blue", "0 red"]);
  // Logits 0, 10, 2.
  const sum = 1 + Math.exp(10) + Math.exp(2);
  expect(prediction[0]!.probability).toBeCloseTo(Math.exp(10) / sum, 6);
  expect(prediction.reduce((total, { probability }) => total + probability, 0)).toBeCloseTo(1, 12);
  await classifier.dispose();
});

test("top limits the predictions, and must be a number of classes", async () => {
  const classifier = await loadClassifier("model", { backend: fakeBackend("fake") });
  expect(await classifier.classify(GREEN, { top: 1 })).toHaveLength(1);
  expect(await classifier.classify(GREEN, { top: 99 })).toHaveLength(3);
  for (const top of [0, -1, 1.5, Number.NaN]) {
    await expect(classifier.classify(GREEN, { top })).rejects.toThrow(UsageError);
  }
});

test("names: the model's, the caller's, or class 258", async () => {
  const none = await loadClassifier("model", { backend: fakeBackend("fake", { contract: UNNAMED }) });
  expect((await none.classify(GREEN, { top: 1 }))[0]!.label).toBe("class 1");
  const own = await loadClassifier("model", { backend: fakeBackend("fake"), labels: ["rot", "grün", "blau"] });
  expect((await own.classify(GREEN, { top: 1 }))[0]!.label).toBe("grün");
});

describe("a network with one logit is a binary classifier", () => {
  const model = (values: number[], labels?: readonly string[]): FakeModel => ({
    contract: labels ? { ...UNNAMED, labels } : UNNAMED,
    output: ["N", 1],
    logits: () => ({ dtype: "float32", shape: [values.length, 1], data: Float32Array.from(values) }),
  });
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  test("its probability is a sigmoid, and the other class has the rest", async () => {
    const classifier = await loadClassifier("model", { backend: fakeBackend("fake", model([2, -1, 0])) });
    expect(classifier.logits).toBe(1);
    const predictions = await classifier.classifyBatch([GREEN, BLUE, GREEN]);
    expect(predictions.map((each) => each.map(({ index, label }) => `${index} ${label}`))).toEqual([
      ["1 class 1", "0 class 0"],
      ["0 class 0", "1 class 1"],
      ["0 class 0", "1 class 1"],
    ]);
    for (const [index, x] of [2, -1, 0].entries()) {
      const positive = predictions[index]!.find((prediction) => prediction.index === 1)!;
      expect(positive.probability).toBeCloseTo(sigmoid(x), 15);
      expect(predictions[index]!.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 15);
    }
  });

  test.each([
    [
      ["cat", "dog"],
      ["dog", "cat"],
    ],
    [["dog"], ["dog", "not dog"]],
  ])("labels %j", async (labels, wanted) => {
    const classifier = await loadClassifier("model", { backend: fakeBackend("fake", model([3], labels)) });
    expect((await classifier.classify(GREEN)).map(({ label }) => label)).toEqual(wanted);
    const given = await loadClassifier("model", { backend: fakeBackend("fake", model([3])), labels });
    expect((await given.classify(GREEN)).map(({ label }) => label)).toEqual(wanted);
    expect(await given.classify(GREEN, { top: 1 })).toHaveLength(1);
  });

  test("three labels are refused, and so is an infinite or missing logit", async () => {
    const three = loadClassifier("model", { backend: fakeBackend("fake", model([3], ["a", "b", "c"])) });
    await expect(three).rejects.toMatchObject({
      message: "the network gives 1 classes; there are 3 labels",
      hint: "Give the names of both classes, negative and positive, or only of the positive one.",
    });
    for (const bad of [Number.NaN, Infinity]) {
      const classifier = await loadClassifier("model", { backend: fakeBackend("fake", model([bad])) });
      await expect(classifier.classify(GREEN)).rejects.toThrow(MismatchError);
    }
  });

  test("also where the output's size is symbolic", async () => {
    const backend = fakeBackend("fake", { ...model([2], ["cat", "dog"]), output: ["N", "classes"] });
    const loaded = await loadClassifier("model", { backend });
    expect(loaded.logits).toBeUndefined();
    expect((await loaded.classify(GREEN))[0]!.label).toBe("dog");
    expect(loaded.logits).toBe(1);
  });
});

describe("batches", () => {
  test("run in one batch where the batch size is symbolic", async () => {
    const backend = fakeBackend("fake");
    const classifier = await loadClassifier("model", { backend });
    const predictions = await classifier.classifyBatch([GREEN, BLUE, GREEN], { top: 1 });
    expect(predictions.map(([best]) => best!.label)).toEqual(["green", "blue", "green"]);
    expect(predictions[0]).toEqual(await classifier.classify(GREEN, { top: 1 }));
    expect(backend.runs).toBe(2);
    expect(await classifier.classifyBatch([])).toEqual([]);
  });

  test("run one by one where it is 1", async () => {
    const backend = fakeBackend("fake", { input: [1, 3, 4, 4], output: [1, 3] });
    const classifier = await loadClassifier("model", { backend });
    const predictions = await classifier.classifyBatch([GREEN, BLUE], { top: 1 });
    expect(predictions.map(([best]) => best!.label)).toEqual(["green", "blue"]);
    expect(backend.runs).toBe(2);
  });
});

test("calls may overlap; the session's runs do not", async () => {
  const backend = fakeBackend("fake");
  const classifier = await loadClassifier("model", { backend });
  const [first, bad, second] = await Promise.allSettled([
    classifier.classify(GREEN),
    classifier.classify(new Uint8Array(3)),
    classifier.classify(BLUE),
  ]);
  expect([first.status, bad.status, second.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(backend.overlapped).toBe(false);
});

test("disposes once, after the current run; then every call says so", async () => {
  const backend = fakeBackend("fake");
  const classifier = await loadClassifier("model", { backend });
  const running = classifier.classify(GREEN);
  await running;
  await classifier.dispose();
  await classifier.dispose();
  expect(backend.disposed).toBe(1);
  await expect(classifier.classify(GREEN)).rejects.toThrow(/classifier is disposed/);
});

test("an abort is an AbortedError", async () => {
  const classifier = await loadClassifier("model", { backend: fakeBackend("fake") });
  await expect(classifier.classify(GREEN, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
});

describe("choice of backend", () => {
  const gone = (name: string): ReturnType<typeof fakeBackend> =>
    fakeBackend(name, {
      availability: { available: false, reason: `${name} is not installed`, fix: `npm install ${name}` },
    });

  const broken = (name: string): Backend => ({
    ...fakeBackend(name),
    load: () => Promise.reject(new UnavailableError(`${name} does not start`, { hint: `serve ${name}` })),
  });

  test("takes the first that can run", async () => {
    const classifier = await loadClassifier("model", { backends: [gone("a"), fakeBackend("b"), fakeBackend("c")] });
    expect(classifier.backend).toBe("b");
  });

  test("one that shows only while it loads that it cannot run passes to the next", async () => {
    const classifier = await loadClassifier("model", { backends: [broken("a"), fakeBackend("b")] });
    expect(classifier.backend).toBe("b");
    await expect(loadClassifier("model", { backends: [broken("a"), gone("b")] })).rejects.toMatchObject({
      message: "no backend can run here: a: a does not start; b: b is not installed",
      hint: "serve a",
    });
    await expect(loadClassifier("model", { backends: [broken("a")] })).rejects.toThrow("a does not start");
  });

  test("any other error of loading is the caller's: another backend would hide it", async () => {
    const cut = { ...fakeBackend("a"), load: () => Promise.reject(new FormatError("cut short")) };
    await expect(loadClassifier("model", { backends: [cut, fakeBackend("b")] })).rejects.toThrow(FormatError);
  });

  test("none can run: every reason, and the first one's fix", async () => {
    const load = loadClassifier("model", { backends: [gone("a"), gone("b")] });
    await expect(load).rejects.toThrow(UnavailableError);
    await expect(load).rejects.toMatchObject({
      message: "no backend can run here: a: a is not installed; b: b is not installed",
      hint: "npm install a",
    });
    await expect(loadClassifier("model", { backends: [] })).rejects.toThrow(UsageError);
  });
});

test("the caller's load options reach the backend", async () => {
  const fake = fakeBackend("fake");
  const { signal } = new AbortController();
  const reports: number[] = [];
  const backend = {
    ...fake,
    load: async (...[artifact, options]: Parameters<typeof fake.load>) => {
      expect(options).toMatchObject({ threads: 3, signal });
      options?.onProgress?.({ loaded: 1, total: 2 });
      return fake.load(artifact, options);
    },
  };
  const onProgress = ({ loaded, total }: LoadProgress): number => reports.push(loaded / total);
  await (await loadClassifier("model", { backend, threads: 3, signal, onProgress })).dispose();
  expect(reports).toEqual([0.5]);
});

describe("a model that is not a classifier is refused when it is loaded, and its session disposed", () => {
  const port = (shape: readonly (number | string)[], dtype: "float32" | "uint8" = "float32", name = "input") => ({
    name,
    dtype,
    shape,
  });
  const cases: [string, FakeModel, new (...args: never[]) => Error, RegExp][] = [
    ["no contract", { contract: undefined }, UnsupportedError, /has no contract/],
    ["features", { contract: { ...UNNAMED, task: "features" } }, UnsupportedError, /gives features, not logits/],
    [
      "a task of a later version",
      { contract: { ...UNNAMED, task: "boxes" } },
      UnsupportedError,
      /the task of fake.test is "boxes"; this Samoyed knows logits \(classification\), features/,
    ],
    [
      "one label too few",
      { contract: { ...CONTRACT, labels: ["a", "b"] } },
      MismatchError,
      /3 classes; there are 2 labels/,
    ],
    [
      "another input name",
      { contract: { ...CONTRACT, input: "image" } },
      MismatchError,
      /names the input "image"; the network has input/,
    ],
    [
      "another output name",
      { contract: { ...CONTRACT, output: "scores" } },
      MismatchError,
      /names the output "scores"; the network has logits/,
    ],
    [
      "another image size",
      { input: ["N", 3, 8, 8] },
      MismatchError,
      /takes \[3, 8, 8\] and its contract preprocesses to \[3, 4, 4\]/,
    ],
    [
      "a fixed batch",
      { input: [8, 3, 4, 4] },
      UnsupportedError,
      /expected float32 \[N or 1, channels, height, width\]/,
    ],
    ["bytes as input", { inputs: [port(["N", 3, 4, 4], "uint8")] }, UnsupportedError, /uint8/],
    [
      "two inputs",
      { inputs: [port(["N", 3, 4, 4]), port([1], "float32", "scale")] },
      UnsupportedError,
      /also needs "scale"/,
    ],
  ];
  test.each(cases)("%s", async (_, model, type, message) => {
    const backend = fakeBackend("fake", model);
    const load = loadClassifier("model", { backend });
    await expect(load).rejects.toThrow(type);
    await expect(load).rejects.toThrow(message);
    expect(backend.disposed).toBe(1);
  });

  test("the caller's labels do not match", async () => {
    const load = loadClassifier("model", { backend: fakeBackend("fake"), labels: ["only one"] });
    await expect(load).rejects.toThrow(/3 classes; there are 1 labels/);
  });
});

describe("outputs that are not logits", () => {
  const cases: [string, FakeModel, new (...args: never[]) => Error, RegExp][] = [
    ["NaN", { logits: (x) => spoil(x, Number.NaN) }, MismatchError, /logit of class 1 is NaN/],
    ["Infinity", { logits: (x) => spoil(x, Infinity) }, MismatchError, /logit of class 1 is Infinity/],
    ["none", { logits: () => undefined }, ShapeError, /returned no "logits"/],
    ["a vector", { logits: (x) => ({ ...channelMeans(x), shape: [3] }) }, ShapeError, /"logits" is float32 \[3\]/],
    [
      "another number of classes",
      { output: ["N", "C"], logits: (x) => ({ dtype: "float32", shape: [x.shape[0]!, 2], data: new Float32Array(2) }) },
      MismatchError,
      /gives 2 classes; there are 3 labels/,
    ],
  ];
  test.each(cases)("%s", async (_, model, type, message) => {
    const classifier = await loadClassifier("model", { backend: fakeBackend("fake", model) });
    await expect(classifier.classify(GREEN)).rejects.toThrow(type);
    await expect(classifier.classify(GREEN)).rejects.toThrow(message);
  });
});

function spoil(input: Parameters<typeof channelMeans>[0], value: number): ReturnType<typeof channelMeans> {
  const logits = channelMeans(input);
  logits.data[1] = value;
  return logits;
}
