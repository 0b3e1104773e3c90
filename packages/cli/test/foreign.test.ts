// Models that other producers wrote: converted, given a contract, run and classified in every format.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARROW, filesIn, temporaryFolder } from "./support/folders.ts";
import { errorOf, foreign } from "./support/foreign.ts";
import { type Ran, runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const LABELS = join(folder, "labels.txt");
writeFileSync(LABELS, "ant\nbee\ncat\ndog\nelk\n");
const FORMATS = ["onnx", "tfjs", "smyd"];
/** Rounding of float32 over a few layers, relative to the largest output. */
const EXACT = 2e-6;

const convert = (source: string, ...options: readonly string[]): Promise<Ran> =>
  runMain(["convert", source, "--to", FORMATS.join(","), ...options]);

const artifacts = (out: string, name: string): readonly string[] =>
  FORMATS.map((format) => join(out, `${name}.${format}`));

describe.each([
  "torchscript",
  "default-exporter",
  "default-exporter-pools",
  "torchscript-slices",
  "torchscript-opset9",
])("%s", (name) => {
  const out = join(folder, name);

  test("every format computes what PyTorch does", async () => {
    const { code, stderr } = await convert(foreign(name), "--labels", LABELS, "--out", out);
    expect([code, stderr]).toEqual([0, ""]);
    for (const path of artifacts(out, name)) {
      expect(await errorOf(path, { name, folder: join(folder, "run") }), path).toBeLessThan(EXACT);
    }
  });

  test("classify gives the same classes in every format", async () => {
    const answers = [];
    for (const path of artifacts(out, name)) {
      const { code, json } = await runMain(["classify", path, ARROW, "--json"]);
      expect(code).toBe(0);
      answers.push(json.results[0].classes.map(({ label }: { label: string }) => label));
    }
    expect(answers[0]).toHaveLength(5);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

test("a float16 model computes in float32, which a note says", async () => {
  const out = join(folder, "half");
  const { code, stdout } = await convert(foreign("torchscript-float16"), "--labels", LABELS, "--out", out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/The model computes in float16: here it computes in float32, and so are its inputs and/);
  for (const path of artifacts(out, "torchscript-float16")) {
    const at = { name: "torchscript-float16", folder: join(folder, "run") };
    // PyTorch's float64 of the very same weights.
    expect(await errorOf(path, at), path).toBeLessThan(EXACT);
  }
});

const QUANTIZED = ["qdq", "qdq-asymmetric", "qdq-per-tensor", "qdq-tokens"];

test.each(QUANTIZED)("%s: quantized weights and values are computed in float32", async (name) => {
  const out = join(folder, name);
  const to = ["--to", "onnx,tfjs", "--labels", LABELS, "--out", out];
  const { code, stderr } = await runMain(["convert", foreign(name), ...to]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const path of artifacts(out, name).slice(0, 2)) {
    expect(await errorOf(path, { name, folder: join(folder, "run") }), path).toBeLessThan(EXACT);
  }
});

test.each([
  ["qdq", "tfjs", undefined],
  ["qdq", "smyd", { int8: 3 }],
  ["qdq-per-tensor", "tfjs", { uint8: 4 }],
  ["qdq-per-tensor", "smyd", { int8: 3 }],
  ["qdq-asymmetric", "tfjs", { uint8: 4 }],
  ["qdq-asymmetric", "smyd", undefined],
  ["qdq-tokens", "tfjs", undefined],
  ["qdq-tokens", "smyd", { int8: 4 }],
])("%s as %s: quantized weights stay in 8 bits where that is exact", async (name, format, expected) => {
  const outputs: Buffer[] = [];
  const storage: Record<string, number>[] = [];
  const y = join(folder, "y.npy");
  for (const weights of [[], ["--weights", "float32"]]) {
    const out = join(folder, "eight", `${name}-${weights.length}`);
    const { code, json } = await runMain([
      "convert",
      foreign(name),
      "--to",
      format,
      "--out",
      out,
      ...weights,
      "--json",
    ]);
    expect(code).toBe(0);
    storage.push(json.storage[format]);
    const artifact = join(out, `${name}.${format}`);
    expect(await errorOf(artifact, { name, folder: join(folder, "run") })).toBeLessThan(EXACT);
    const input = join(folder, "run", "x.npy");
    expect((await runMain(["run", artifact, "--input", input, "--output", y])).code).toBe(0);
    outputs.push(readFileSync(y));
  }
  expect(storage[0]).toEqual(expect.objectContaining(expected ?? storage[1]));
  expect(Object.keys(storage[1]!)).not.toContain("int8");
  expect(Object.keys(storage[1]!)).not.toContain("uint8");
  expect(outputs[0]!.equals(outputs[1]!)).toBe(true);
});

test("how weights are stored is printed, by convert and by inspect", async () => {
  const out = join(folder, "printed");
  const { stdout } = await runMain(["convert", foreign("qdq-per-tensor"), "--to", "tfjs,smyd", "--out", out]);
  expect(stdout).toMatch(/weights +tfjs: .*uint8 4.*; smyd: .*int8 3/);
  const inspected = await runMain(["inspect", join(out, "qdq-per-tensor.smyd")]);
  expect(inspected.stdout).toMatch(/weights +\d+ tensors \(.*int8 3.*\), /);
});

test("an If by a size that --shape fixes, Loop and vendors' operators", async () => {
  const refused = (name: string): Promise<Ran> =>
    runMain(["convert", foreign(name), "--to", "tfjs", "--out", join(folder, "none")]);
  const named = await refused("control-flow");
  expect(named.code).toBe(4);
  expect(twoLines(named.stderr).what).toMatch(
    /node "loop" \(Loop\) is a loop; node "branch" \(If\) is a branch by "flag"/,
  );
  const vendors = await refused("vendor-refused");
  expect(twoLines(vendors.stderr).what).toMatch(
    /"fast_conv" \(NhwcConv\).*"com.microsoft"; node 3 \(DCNv3\).*"custom.ops"/,
  );
  const out = join(folder, "if");
  const { code, stderr } = await convert(foreign("if-by-size"), "--shape", "rows=1", "--out", out);
  expect([code, stderr]).toEqual([0, ""]);
  for (const path of artifacts(out, "if-by-size")) {
    expect(await errorOf(path, { name: "if-by-size", folder: join(folder, "run") }), path).toBe(0);
  }
});

test("what was assumed is printed, and travels in the contract", async () => {
  const out = join(folder, "assumed");
  const given = ["--mean", "0.5,0.5,0.5", "--interpolation", "bilinear"];
  const { code, stdout } = await convert(foreign("torchscript"), ...given, "--out", out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/preprocessing +16×16, bilinear, crop 0\.875, center crop/);
  expect(stdout).toMatch(
    /Assumed.*: crop 0\.875, center crop, std 0\.229,0\.224,0\.225\. .*--crop-pct, --crop-mode, --std/,
  );
  expect(stdout).toMatch(/No labels were given/);
  const { json } = await runMain(["inspect", join(out, "torchscript.onnx"), "--json"]);
  expect(json.contract).toMatchObject({
    model: "torchscript",
    task: "logits",
    input: "x",
    output: "y",
    preprocess: { inputSize: [3, 16, 16], mean: [0.5, 0.5, 0.5] },
    source: { name: "torchscript.onnx", sha256: expect.stringMatching(/^(?!0{64})[\da-f]{64}$/) },
  });
});

test("a .pt2 gets a contract in the same way", async () => {
  const source = join(foreign("."), "../../../../format-pt2/fixtures/dynamic.pt2");
  const { code, stderr } = await runMain(["convert", source, "--labels", LABELS, "--out", join(folder, "pt2")]);
  expect(code).not.toBe(0);
  expect(twoLines(stderr).what).toMatch(/outputs|output "/);
});

test("without a statement there is no contract, and a note says how to give one", async () => {
  const { code, stdout } = await runMain([
    "convert",
    foreign("torchscript"),
    "--to",
    "tfjs",
    "--out",
    join(folder, "no"),
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/It has no contract.*--labels, --size/);
});

describe("a model of probabilities and open sizes, its weights in Constant nodes", () => {
  const source = foreign("constant-weights");

  test("inspect names the open sizes", async () => {
    const { stdout, json } = await runMain(["inspect", source, "--json"]);
    expect(stdout).not.toBe("");
    expect(json.openSizes).toEqual({ "x.0": ["x:0"], "x.2": ["x:2"], "x.3": ["x:3"] });
    expect((await runMain(["inspect", source])).stdout).toMatch(/open sizes +x\.0 \(x:0\), x\.2 \(x:2\), x\.3 \(x:3\)/);
  });

  test("every format computes what onnxruntime does, at any size and at fixed ones", async () => {
    const open = join(folder, "open");
    expect((await convert(source, "--out", open)).code).toBe(2);
    expect((await runMain(["convert", source, "--to", "tfjs,smyd", "--out", open])).stderr).toBe("");
    const fixed = join(folder, "fixed");
    const { code, stderr } = await convert(source, "--shape", "x:0=2,x:2=9,x.3=11", "--out", fixed);
    expect([code, stderr]).toEqual([0, ""]);
    const all = [...artifacts(open, "constant-weights").slice(1), ...artifacts(fixed, "constant-weights")];
    for (const path of all) {
      const at = { name: "constant-weights", folder: join(folder, "run") };
      expect(await errorOf(path, at), path).toBeLessThan(EXACT);
    }
    const { json } = await runMain(["inspect", join(fixed, "constant-weights.onnx"), "--json"]);
    expect(json).toMatchObject({ inputs: [{ shape: [2, 3, 9, 11] }], outputs: [{ shape: [2, 5] }], openSizes: {} });
  });

  test("a contract needs the images' size, and leaves the Softmax out", async () => {
    const asked = await convert(source, "--labels", LABELS, "--out", join(folder, "none"));
    expect(asked.code).toBe(2);
    expect(twoLines(asked.stderr).todo).toMatch(/--size/);
    const out = join(folder, "sized");
    const { code, stdout } = await convert(source, "--labels", LABELS, "--size", "9,11", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/The Softmax at the model's end is left out: "y" gives logits/);
    const probabilities = [];
    for (const path of artifacts(out, "constant-weights")) {
      const { json } = await runMain(["classify", path, ARROW, "--json"]);
      probabilities.push(json.results[0].classes.map(({ probability }: { probability: number }) => probability));
    }
    for (const other of probabilities.slice(1)) {
      for (const [i, value] of other.entries()) expect(value).toBeCloseTo(probabilities[0]![i], 5);
    }
  });
});

describe("wrong usage", () => {
  test.each([
    [["--value", "rate=1"], /no input "rate"/, /inputs are x/],
    [["--value", "x=1"], /only an input of one number/, /--shape/],
    [["--value", "rate"], /"rate"; expected/, /--value sr=16000/],
    [["--shape", "rows=1"], /no open size "rows"/, /Open are batch \(x:0\), height \(x:2\), width \(x:3\)/],
    [["--shape", "x:1=3"], /"x:1" is not open.*3/, /Open are/],
    [["--shape", "batch=1,x:0=1"], /the same open size, batch/, /once/],
    [["--shape", "batch=1,batch=1"], /batch twice/, /once/],
    [["--shape", "batch=0"], /"batch=0"; expected/, /--shape batch=1/],
    [["--shape", "height=0x10"], /"height=0x10"; expected/, /\S/],
    [["--labels", LABELS], /takes images of any size \(height and width\)/, /--size/],
    [["--size", "16", "--shape", "height=8"], /16×16 pixels.*takes 8×width/, /--size/],
    [["--features"], /--features is for checkpoints/, /\S/],
  ])("%j", async (options, what, todo) => {
    const out = join(folder, "none");
    const { stderr } = await convert(foreign("torchscript-open"), ...options, "--out", out);
    const lines = twoLines(stderr);
    expect(lines.what).toMatch(what);
    expect(lines.todo).toMatch(todo);
    expect(filesIn(folder).filter((file) => file.startsWith("none"))).toEqual([]);
  });

  test("labels that are not one for each class", async () => {
    const four = join(folder, "four.txt");
    writeFileSync(four, "a\nb\nc\nd\n");
    const { code, stderr } = await convert(foreign("torchscript"), "--labels", four, "--out", join(folder, "none"));
    expect(code).toBe(3);
    expect(twoLines(stderr).what).toMatch(/4 labels were given; torchscript has 5 classes/);
  });

  test("a model that is no classifier of images", async () => {
    const { code, stderr } = await convert(foreign("slice-attributes"), "--size", "4,5", "--out", join(folder, "none"));
    expect(code).toBe(4);
    expect(twoLines(stderr).what).toMatch(/the output "y" is float32 1×3×5×3|the output "y" is float32 \[1, 3, 5, 3\]/);
  });

  test("a model with a contract of its own", async () => {
    const out = join(folder, "own");
    await convert(foreign("torchscript"), "--size", "16", "--out", out);
    const again = await convert(join(out, "torchscript.onnx"), "--size", "16", "--out", join(folder, "none"));
    expect(twoLines(again.stderr).what).toMatch(/has a contract/);
    const open = join(folder, "own-open");
    await convert(foreign("torchscript-open"), "--size", "16", "--out", open);
    const shape = ["--shape", "height=8", "--out", join(folder, "none")];
    const other = await convert(join(open, "torchscript-open.onnx"), ...shape);
    expect(twoLines(other.stderr).what).toMatch(/takes \[3, 8, width\], and the model's contract prepares/);
  });

  test("an output in the model's own place", async () => {
    const out = join(folder, "place");
    await convert(foreign("torchscript"), "--size", "16", "--out", out);
    const path = join(out, "torchscript.onnx");
    const copy = join(out, basename(path).replace("torchscript", "copy"));
    writeFileSync(copy, readFileSync(foreign("torchscript")));
    const { code, stderr } = await convert(copy, "--size", "16", "--out", out);
    expect(code).toBe(2);
    expect(twoLines(stderr).what).toMatch(/copy\.onnx is the model that is converted/);
    expect(readFileSync(copy)).toEqual(readFileSync(foreign("torchscript")));
  });
});
