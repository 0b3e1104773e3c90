import { AbortedError, MismatchError, type Tensor, UnavailableError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { fakeBackend, fakeFiles, type FakeChanges, floats, LOGITS, preprocess } from "../test/fake-case.ts";
import { BackendCrash } from "./backend-crash.ts";
import type { CaseBackend } from "./backend.ts";
import { openCase } from "./open-case.ts";
import type { CaseResult } from "./result.ts";
import { renderTable } from "./render-table.ts";
import { type CaseEvent, runCase, type RunCaseOptions } from "./run-case.ts";
import { summarize } from "./summarize.ts";

const noAsset = async (name: string): Promise<Uint8Array> => {
  throw new UnavailableError(`${name} is not here`, { hint: "Get it." });
};

async function run(
  backends: readonly CaseBackend[],
  options: { readonly changes?: FakeChanges; readonly more?: Partial<RunCaseOptions> } = {},
): Promise<CaseResult> {
  const loaded = await openCase(await fakeFiles(options.changes));
  return runCase(loaded, { backends, preprocess, asset: noAsset, ...options.more });
}

const kinds = (result: CaseResult): string[] => result.backends.map(({ verdict }) => verdict.kind);
const change = (image: number, index: number, by: number): number[][] =>
  LOGITS.map((row, i) => row.map((value, j) => (i === image && j === index ? value + by : value)));

test("a backend with PyTorch's outputs passes, with accuracy and times", async () => {
  const backend = fakeBackend("good");
  const result = await run([backend]);
  expect(result).toMatchObject({ name: "fake", images: 3, standIn: false, preprocess: { status: "passed" } });
  expect(result.pytorch.map(({ accuracy }) => accuracy)).toEqual([{ images: 3, correct: 2 }]);
  expect(renderTable([result], { color: false, width: 200 })).toContain(
    "F: PyTorch itself is off by 2.0e-5 in float32, where its largest output is 4.00: 5.3 digits",
  );
  expect(result.backends[0]).toMatchObject({
    backend: "good",
    version: "1.2.3",
    verdict: { kind: "passed", notes: [] },
    references: ["recorded"],
    accuracy: { images: 3, correct: 2, referenceCorrect: 2, same: 3 },
    top: [{ index: 0, label: "circle" }, { index: 1 }, { index: 2 }, { index: 3 }],
    milliseconds: expect.any(Number),
  });
  expect(backend.disposed).toBe(1);
  expect(summarize([result])).toMatchObject({ passed: 1, failed: 0, exitCode: 0 });
});

test("the task of a case that names one is in its result", async () => {
  const [named, unnamed] = [await run([], { changes: { json: (json) => (json["task"] = "logits") } }), await run([])];
  expect(named.task).toBe("logits");
  expect(unnamed).not.toHaveProperty("task");
});

test("each backend is judged separately, and progress reports each step", async () => {
  const events: CaseEvent[] = [];
  const result = await run([fakeBackend("good"), fakeBackend("bad", { rows: change(1, 0, 0.01) })], {
    more: { onEvent: (event) => events.push(event) },
  });
  expect(kinds(result)).toEqual(["passed", "failed"]);
  expect(result.backends[1]!.verdict).toMatchObject({
    reasons: [expect.stringMatching(/1\.0e-2 = .* at image 1, class 0/), expect.stringMatching(/^the rms/)],
  });
  expect(events.map((event) => event.kind)).toEqual(
    "preprocess preprocess preprocess open image image image open image image image result result".split(" "),
  );
  expect(events[1]).toEqual({ kind: "preprocess", case: "fake", done: 2, total: 3 });
});

test("a prediction may differ only where PyTorch itself hardly separates two classes", async () => {
  // Image 2: its best classes are 1e-5 apart, F is 2e-5.
  const near = await run([fakeBackend("near", { rows: change(2, 3, 2e-5) })]);
  expect(near.backends[0]).toMatchObject({
    verdict: {
      kind: "passed",
      notes: ["2 of 3 predictions are PyTorch's; the others are within the rounding of the reference"],
    },
    accuracy: { correct: 3, referenceCorrect: 2, same: 2 },
  });
  const clear = await run([fakeBackend("clear", { rows: change(1, 3, 2.5) })]);
  expect(clear.backends[0]!.checks.find((check) => check.name === "predictions")).toMatchObject({
    status: "failed",
    message: "2 of 3 predictions are PyTorch's; image 1 is predicted as 3 instead of 1",
  });
});

describe("a backend's mistake is a result", () => {
  const opening = (run: (image: number) => Map<string, Tensor>): Partial<CaseBackend> => ({
    open: async () => ({
      run: async (inputs) => joined(Array.from(inputs["input"]!.data as Float32Array, run)),
      dispose: async () => {},
    }),
  });
  const joined = ([first, ...others]: Map<string, Tensor>[]): Map<string, Tensor> => {
    if (others.length === 0) return first!;
    const rows = (name: string): number[][] =>
      [first!, ...others].map((map) => Array.from(map.get(name)!.data as Float32Array));
    return new Map(Array.from(first!.keys(), (name) => [name, floats(rows(name))]));
  };
  const row = (image: number): Tensor => floats([LOGITS[image]!]);
  const cases: [string, Partial<CaseBackend>, RegExp][] = [
    [
      "another output",
      opening((i) => new Map([["probabilities", row(i)]])),
      /outputs are probabilities; expected exactly logits/,
    ],
    [
      "one output too many",
      opening(
        (i) =>
          new Map([
            ["logits", row(i)],
            ["x", row(i)],
          ]),
      ),
      /outputs are logits, x/,
    ],
    ["no output", opening(() => new Map()), /outputs are none/],
    ["a different shape", opening((i) => new Map([["logits", { ...row(i), shape: [4] }]])), /logits is float32 \[4\]/],
    [
      "another dtype",
      opening((i) => new Map([["logits", { dtype: "float64", shape: [1, 4], data: Float64Array.from(LOGITS[i]!) }]])),
      /logits is float64 \[1, 4\]/,
    ],
    [
      "classes that change",
      opening((i) => new Map([["logits", floats([LOGITS[i]!.slice(0, 4 - i)])]])),
      /expected float32 \[1, 4\]/,
    ],
    [
      "one class too few",
      opening((i) => new Map([["logits", floats([LOGITS[i]!.slice(1)])]])),
      /are float32 \[3, 3\]; expected float32 \[3, 4\]/,
    ],
    ["an error while opening", { open: async () => Promise.reject(new Error("bad file")) }, /bad file/],
    [
      "an error while running",
      opening(() => {
        throw new Error("out of memory");
      }),
      /out of memory/,
    ],
    ["NaN", opening(() => new Map([["logits", floats([[1, Number.NaN, 0, 0]])]])), /is NaN/],
  ];
  test.each(cases)("%s fails", async (_, overrides, reason) => {
    const result = await run([fakeBackend("broken", { overrides })]);
    expect(kinds(result)).toEqual(["failed"]);
    expect(JSON.stringify(result.backends[0]!.verdict)).toMatch(reason);
    expect(summarize([result]).exitCode).toBe(1);
  });
});

describe("a crash is a verdict of one backend, and the others go on", () => {
  const crash = async (): Promise<never> => Promise.reject(new BackendCrash("its process ended with exit code 0"));
  const session = { run: crash, dispose: async (): Promise<void> => {} };
  const good = fakeBackend("good");
  const cases: [string, Partial<CaseBackend>, string][] = [
    ["while it opens", { open: crash }, "its process ended with exit code 0"],
    ["while it runs", { open: async () => session }, "its process ended with exit code 0"],
    [
      "in availability, whatever it throws",
      { availability: async () => Promise.reject(new Error("no")) },
      "it could not be asked for its version: no",
    ],
    [
      "in dispose, after right answers",
      {
        open: async () => ({ ...(await good.open({})), dispose: async () => Promise.reject(new Error("late")) }),
      },
      "at its end: late",
    ],
  ];
  test.each(cases)("%s", async (_, overrides, reason) => {
    const result = await run([fakeBackend("bad", { overrides }), fakeBackend("good")]);
    expect(kinds(result)).toEqual(["crashed", "passed"]);
    expect(result.backends[0]!.verdict).toEqual({ kind: "crashed", reason });
    expect(summarize([result])).toMatchObject({ crashed: 1, passed: 1, exitCode: 1 });
    expect(renderTable([result], { color: false, width: 200 })).toContain(`bad: crashed: ${reason}`);
  });
});

test("an answer of the first image for a whole batch fails, and a batch that is refused", async () => {
  const good = (await fakeBackend("good").open({})).run;
  const answering = (answer: (all: Tensor) => Tensor): Partial<CaseBackend> => ({
    open: async () => ({
      run: async (inputs) => {
        const logits = (await good(inputs, {})).get("logits")!;
        return new Map([["logits", logits.shape[0] === 2 ? answer(logits) : logits]]);
      },
      dispose: async () => {},
    }),
  });
  const repeated = answering(({ data, shape }) => ({
    dtype: "float32",
    shape,
    data: Float32Array.from([0, 1, 2, 3, 0, 1, 2, 3], (at) => Number(data[at])),
  }));
  const { backends } = await run([fakeBackend("good"), fakeBackend("repeated", { overrides: repeated })]);
  expect(backends.map(({ checks }) => checks.find(({ name }) => name === "batch")?.status)).toEqual([
    "passed",
    "failed",
  ]);
  expect(backends[1]!.verdict).toMatchObject({
    kind: "failed",
    reasons: [expect.stringMatching(/^image 0 as the second/u)],
  });
  const single = answering(({ data }) => floats([Array.from(data as Float32Array).slice(0, 4)]));
  expect((await run([fakeBackend("single", { overrides: single })])).backends[0]!.verdict).toMatchObject({
    reasons: ["logits is float32 [1, 4]; expected float32 [2, 4]"],
  });
});

test("a backend that cannot run is not run, with reason and fix; if required, the exit code is 5", async () => {
  const missing = fakeBackend("missing", {
    overrides: {
      availability: async () => ({ available: false, reason: "missing is not installed", fix: "npm install missing" }),
    },
  });
  const unavailable = fakeBackend("offline", {
    overrides: { open: async () => Promise.reject(new UnavailableError("no artifact", { hint: "Convert it." })) },
  });
  const result = await run([fakeBackend("good"), missing, unavailable]);
  expect(kinds(result)).toEqual(["passed", "not run", "not run"]);
  expect(result.backends[1]!.verdict).toEqual({
    kind: "not run",
    reason: "missing is not installed",
    fix: "npm install missing",
  });
  expect(result.backends[2]!.verdict).toEqual({ kind: "not run", reason: "no artifact", fix: "Convert it." });
  expect(summarize([result]).exitCode).toBe(0);
  expect(summarize([result], { required: ["good"] }).exitCode).toBe(0);
  expect(summarize([result], { required: ["missing"] })).toMatchObject({
    exitCode: 5,
    missing: [{ backend: "missing", case: "fake" }],
  });
  expect(summarize([result], { required: ["tfjs"] })).toMatchObject({ exitCode: 5 });
  const nothing = await run([missing]);
  expect(summarize([nothing])).toMatchObject({ notRun: 1, exitCode: 5 });
});

test("preprocessing is judged by equality, apart from the network", async () => {
  const result = await run([fakeBackend("good")], {
    changes: { json: (json) => (json["inputSha256"][1] = "0".repeat(64)) },
  });
  expect(result.preprocess).toMatchObject({
    status: "failed",
    message: "1 of 3 input tensors differ from timm's; the first is that of images/1.bin",
  });
  expect(result.backends[0]!.verdict).toEqual({
    kind: "passed",
    notes: ["the input was not timm's, so this says little about the network"],
  });
  expect(summarize([result])).toMatchObject({ passed: 1, failed: 1, exitCode: 1 });
});

test("a missing asset makes everything not run", async () => {
  const changes: FakeChanges = {
    json: (json) => {
      delete json["images"][0].path;
      json["images"][0].asset = "dog.jpg";
    },
  };
  const result = await run([fakeBackend("good")], { changes });
  expect(result.preprocess.status).toBe("not run");
  expect(result.backends[0]!.verdict).toEqual({ kind: "not run", reason: "dog.jpg is not here", fix: "Get it." });
  // Nothing that is required ran: not green.
  expect(summarize([result], { required: ["good"] })).toMatchObject({
    exitCode: 5,
    missing: [{ backend: "good", reason: "dog.jpg is not here" }],
  });
  const found = await run([fakeBackend("good")], { changes, more: { asset: async () => Uint8Array.of(0) } });
  expect(kinds(found)).toEqual(["passed"]);
});

test("a replaced image file is an error, not a verdict", async () => {
  const files = { "images/2.bin": Uint8Array.of(9) };
  await expect(run([fakeBackend("good")], { changes: { files } })).rejects.toThrow(MismatchError);
});

const STAND_IN = {
  kind: "stand-in",
  note: "stand-in weights: seeded, not trained",
  seed: "s",
  head: "head.bin",
  headSha256: "a".repeat(64),
  signs: "signs.bin",
  signsSha256: "c".repeat(64),
  weightsSha256: "b".repeat(64),
};
const sum = LOGITS[0]!.reduce((total, logit) => total + Math.exp(logit), 0);
const documented = (probability: number): object => ({
  kind: "documented",
  source: "the page",
  top: [{ index: 0, label: "circle", probability }],
  tolerance: 0.001,
  reason: "because",
});
const P = Math.exp(4) / sum;

test("a stand-in says so in every result", async () => {
  const result = await run([fakeBackend("good")], {
    changes: {
      json: (json) => {
        json["checkpoint"] = STAND_IN;
        json["references"].push(documented(P));
      },
    },
  });
  expect(result).toMatchObject({ standIn: true, weights: "stand-in weights: seeded, not trained" });
  expect(result.backends[0]).toMatchObject({
    standIn: true,
    verdict: { kind: "passed" },
    references: ["recorded", "documented"],
  });
  expect(summarize([result])).toMatchObject({ standIn: 1 });
});

describe("weights other than the case's", () => {
  const weights = { name: "real.pth", sha256: "c".repeat(64) };
  const withDocumented = (probability: number): FakeChanges => ({
    json: (json) => {
      json["checkpoint"] = STAND_IN;
      json["references"].push(documented(probability));
    },
  });

  test("are not a stand-in, and recordings of the stand-in do not apply", async () => {
    // Logits far from the recorded ones, and yet the documented probability.
    const rows = LOGITS.map((row) => row.map((value) => value + 1));
    const result = await run([fakeBackend("good", { rows })], { changes: withDocumented(P), more: { weights } });
    expect(result).toMatchObject({ standIn: false, weights: "real.pth" });
    expect(result.pytorch).toEqual([]);
    expect(result.backends[0]).toMatchObject({
      verdict: { kind: "passed" },
      references: ["documented"],
      standIn: false,
    });
  });

  test("backends that agree with one another and not with the page: contradicted, with a statement, exit code 1", async () => {
    const backends = [fakeBackend("one"), fakeBackend("two")];
    const result = await run(backends, { changes: withDocumented(0.6), more: { weights } });
    expect(kinds(result)).toEqual(["contradicted", "contradicted"]);
    expect(result.statements[0]).toMatch(/one, two agree with one another .* not with the page/);
    expect(summarize([result])).toMatchObject({ contradicted: 2, failed: 0, exitCode: 1 });
  });

  test("a recording of exactly these weights applies, and PyTorch's contradiction of the page is a note", async () => {
    const changes: FakeChanges = {
      json: (json) => {
        json["checkpoint"] = STAND_IN;
        json["references"][0].weightsSha256 = weights.sha256;
        json["references"].push(documented(0.6));
      },
    };
    const result = await run([fakeBackend("good")], { changes, more: { weights } });
    expect(result.backends[0]!.verdict).toMatchObject({
      kind: "passed",
      notes: [expect.stringMatching(/documented 0\.6000/)],
    });
    expect(result.statements[0]).toMatch(/^PyTorch itself, with these weights/);
    expect(summarize([result]).exitCode).toBe(0);
  });

  test("without any reference nothing is green", async () => {
    const result = await run([fakeBackend("good")], { more: { weights } });
    expect(result.backends[0]!.verdict).toMatchObject({
      kind: "not run",
      reason: "no reference was recorded for these weights",
    });
  });

  test("the case's own weights under another name count as its own", async () => {
    const own = { name: "copy.pth", sha256: "b".repeat(64) };
    const result = await run([fakeBackend("good")], { changes: withDocumented(P), more: { weights: own } });
    expect(result).toMatchObject({ standIn: true, weights: STAND_IN.note });
  });
});

test("an abort stops it, and the session is disposed", async () => {
  const controller = new AbortController();
  const backend = fakeBackend("good");
  const onEvent = (event: CaseEvent): void => {
    if (event.kind === "image") controller.abort();
  };
  await expect(run([backend], { more: { signal: controller.signal, onEvent } })).rejects.toThrow(AbortedError);
  expect(backend.disposed).toBe(1);
});
