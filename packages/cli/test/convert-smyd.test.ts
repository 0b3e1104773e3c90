// .smyd as a target and as a source, beside the other formats; and what inspect tells of a model of each.
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { formerSmyd } from "@samoyed/test-support/former-smyd";
import type { SamoyedError } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { writeOnnx } from "@samoyed/format-onnx";
import { smyd as smydBackend } from "@samoyed/runtime-smyd";
import { beforeAll, describe, expect, test } from "vitest";
import { ARROW, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const name = "resnext14_8x16d_c8-16-32-64";
const smyd = join(folder, `${name}.smyd`);
const tfjs = join(folder, `${name}.tfjs`);

async function run(...argv: readonly string[]): ReturnType<typeof runMain> {
  return runMain(argv, { env: { SAMOYED_CACHE: join(folder, "cache") } });
}

async function convert(out: string, ...flags: readonly string[]): Promise<void> {
  expect((await run("convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--out", out, ...flags)).code).toBe(0);
}

beforeAll(() => convert(folder, "--to", "onnx,tfjs,smyd"));

/** All files below a folder, by name. */
function contents(below: string): ReadonlyMap<string, Buffer> {
  const files = readdirSync(below, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name))]));
}

describe("files of version 1", () => {
  test.each(["operators", "opset"] as const)(
    "the command that the refusal gives converts them again: %s",
    async (name) => {
      const refusal = await smydBackend()
        .load(formerSmyd(name))
        .then(
          () => undefined,
          (error: unknown) => error as SamoyedError,
        );
      const command = refusal!.hint!.replace(/^Convert it again, with: samoyed /u, "").split(" ");
      const out = join(folder, `version-2-${name}`);
      expect((await run(...command, "--out", out)).code).toBe(0);
      const [file] = readdirSync(out);
      const session = await smydBackend().load(join(out, file!));
      expect(session.outputs.map((output) => output.name)).toEqual(["logits"]);
      await session.dispose();
    },
  );
});

describe("convert --to smyd", () => {
  test("gives the same bytes alone as beside the other formats", async () => {
    const out = join(folder, "alone");
    await convert(out, "--to", "smyd");
    expect(readdirSync(out)).toEqual([`${name}.smyd`]);
    expect(readFileSync(join(out, `${name}.smyd`)).equals(readFileSync(smyd))).toBe(true);
  });

  test.each([
    ["float16", 0.5],
    ["int8", 0.25],
  ])("--weights %s takes %d of the size, and says so", async (weights, share) => {
    const out = join(folder, weights);
    await convert(out, "--to", "smyd", "--weights", weights);
    const { json } = await run("inspect", join(out, `${name}.smyd`), "--json");
    const whole = (await run("inspect", smyd, "--json")).json as { bytes: number };
    const small = json as {
      bytes: number;
      contract: { weights: string };
      tensors: { dtype: string; layout: string }[];
    };
    expect(small.bytes / whole.bytes).toBeGreaterThan(share);
    expect(small.bytes / whole.bytes).toBeLessThan(share + 0.05);
    expect(small.contract.weights).toBe(weights);
    expect(new Set(small.tensors.map(({ dtype, layout }) => `${dtype} ${layout}`))).toEqual(
      new Set([`${weights} panel8`, "float32 plain"]),
    );
  });

  test.each([
    [["--to", "smyd", "--weights", "uint8"], "weights as uint8 are not written for .smyd"],
    [["--to", "smyd,tfjs", "--weights", "uint16"], "weights as uint16 are not written for .smyd"],
    [["--to", "onnx", "--weights", "int8"], "weights as int8 are not written for ONNX"],
    [["--to", "smyd,tfjs", "--weights", "int8"], "weights as int8 are not written for TensorFlow.js"],
  ])("%j is wrong usage: the error says what is possible, and nothing is written", async (flags, what) => {
    const out = join(folder, "none");
    const { code, stderr } = await run("convert", SHAPES, "--out", out, ...flags);
    const lines = twoLines(stderr);
    expect(lines.what).toContain(what);
    expect(lines.todo).toContain("for smyd: float32, float16, int8");
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

test("a model that the runtime cannot run: exit 4, all its nodes, and nothing is written", async () => {
  const port = (name: string) => ({ name, dtype: "float32", shape: ["N", 2, 4, 4, 4] }) as const;
  const once = { kernel_shape: { type: "ints", value: [1, 1, 1] } } as const;
  const pool = { op: "MaxPool", attributes: once };
  const nodes = [
    { name: "pool", ...pool, inputs: ["input"], outputs: ["pooled"] },
    { name: "again", ...pool, inputs: ["pooled"], outputs: ["output"] },
  ];
  const ports = { inputs: [port("input")], outputs: [port("output")] };
  const graph = { name: "joined", opset: 17, ...ports, nodes, initializers: new Map(), values: new Map() };
  const path = join(folder, "joined.onnx");
  const sink = await fileSink(path);
  await writeOnnx(graph, { sink });
  await sink.commit();
  const out = join(folder, "refused");
  const { code, stdout, stderr } = await run("convert", path, "--to", "smyd", "--out", out);
  expect([code, stdout, existsSync(out)]).toEqual([4, "", false]);
  const { what, todo } = twoLines(stderr);
  expect(what).toContain(
    'node "pool" (MaxPool): has 5 axes in input 0; 3 to 4 are planned; node "again" (MaxPool): has',
  );
  expect(todo).toContain("--to onnx");
});

describe("--self-test", () => {
  test.each(["float32", "float16", "int8"])(
    "%s: records what the model answers; nothing else changes",
    async (weights) => {
      const out = join(folder, `tested-${weights}`);
      await convert(out, "--to", "onnx,smyd".slice(weights === "int8" ? 5 : 0), "--weights", weights, "--self-test");
      const model = join(out, `${name}.smyd`);
      const { json } = await run("inspect", model, "--json");
      expect(json).toMatchObject({
        contract: { selfTest: { seed: 1, by: expect.stringMatching(/^samoyed \S+, plain SIMD$/) } },
      });
      const session = await smydBackend().load(model, { selfTest: true });
      await session.dispose();
      const plain = join(folder, `plain-${weights}`);
      await convert(plain, "--to", "smyd", "--weights", weights);
      const data = (path: string): Buffer => {
        const bytes = readFileSync(path);
        return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
      };
      expect(data(model).equals(data(join(plain, `${name}.smyd`)))).toBe(true);
      await expect(smydBackend().load(join(plain, `${name}.smyd`), { selfTest: true })).rejects.toThrow(/no self-test/);
    },
  );

  test("the same bytes every time, also by way of ONNX", async () => {
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    await convert(first, "--to", "smyd", "--self-test");
    const argv = ["convert", join(folder, `${name}.onnx`), "--to", "smyd", "--self-test", "--out", second, "--json"];
    const { code, json } = await run(...argv);
    expect(code).toBe(0);
    const [bytes, again] = [first, second].map((out) => readFileSync(join(out, `${name}.smyd`)));
    expect(again!.equals(bytes!)).toBe(true);
    expect(json).toMatchObject({ files: [{ byteLength: bytes!.length }] });
  });

  test("without a .smyd model: wrong usage, and nothing is written", async () => {
    const out = join(folder, "nothing");
    const { code, stderr } = await run("convert", SHAPES, "--to", "onnx", "--self-test", "--out", out);
    expect(code).toBe(2);
    expect(twoLines(stderr)).toMatchObject({ todo: "Add it: --to onnx,smyd" });
    expect(existsSync(out)).toBe(false);
  });
});

describe("the way back", () => {
  test.each([["onnx"], ["tfjs"], ["onnx,tfjs"]])("--to %s gives the bytes that the checkpoint gives", async (to) => {
    const out = join(folder, `back-${to}`);
    expect((await run("convert", smyd, "--to", to, "--out", out)).code).toBe(0);
    const back = contents(out);
    expect(back.size).toBeGreaterThan(0);
    for (const [file, bytes] of back) {
      expect(
        bytes.equals(
          readFileSync(join(folder, to === "onnx" || file.endsWith(".onnx") ? file : join(`${name}.tfjs`, file))),
        ),
      ).toBe(true);
    }
  });

  test("from ONNX: the bytes that the checkpoint gives", async () => {
    const out = join(folder, "from-onnx");
    expect((await run("convert", join(folder, `${name}.onnx`), "--to", "smyd", "--out", out)).code).toBe(0);
    expect(readFileSync(join(out, `${name}.smyd`)).equals(readFileSync(smyd))).toBe(true);
  });

  test("with int8 weights the model still answers", async () => {
    const out = join(folder, "dequantized");
    await convert(out, "--to", "smyd", "--weights", "int8");
    expect((await run("convert", join(out, `${name}.smyd`), "--to", "onnx", "--out", out)).code).toBe(0);
    const answer = async (model: string): Promise<unknown> => {
      const { code, json } = await run("classify", model, ARROW, "--top", "1", "--json");
      expect(code).toBe(0);
      return (json as { results: { classes: { index: number }[] }[] }).results[0]!.classes[0]!.index;
    };
    expect(await answer(join(out, `${name}.onnx`))).toBe(await answer(join(folder, `${name}.onnx`)));
  });

  test("to .smyd again: the same bytes", async () => {
    const out = join(folder, "again");
    expect((await run("convert", smyd, "--to", "smyd", "--out", out)).code).toBe(0);
    expect(readFileSync(join(out, `${name}.smyd`)).equals(readFileSync(smyd))).toBe(true);
  });

  test("without --to, ONNX to itself, or with a checkpoint's options: wrong usage", async () => {
    const nothing = await run("convert", smyd, "--out", join(folder, "none"));
    expect(twoLines(nothing.stderr).what).toContain(
      `${smyd} is a .smyd model already; --to names what it becomes: onnx, tfjs, smyd`,
    );
    expect(nothing.code).toBe(2);
    const onnx = join(folder, `${name}.onnx`);
    const itself = await run("convert", onnx, "--to", "onnx", "--out", join(folder, "none"));
    expect(twoLines(itself.stderr).what).toContain(
      `${onnx} is an ONNX model already; --to names what it becomes: tfjs`,
    );
    expect(itself.code).toBe(2);
    const features = await run("convert", smyd, "--to", "onnx", "--features", "--out", join(folder, "none"));
    expect(twoLines(features.stderr).what).toMatch(/--features is for checkpoints/);
  });

  test("a damaged weight: 3, and nothing is written", async () => {
    const damaged = join(folder, "damaged.smyd");
    const bytes = readFileSync(smyd);
    bytes[bytes.length - 100_000]! ^= 1;
    writeFileSync(damaged, bytes);
    const { code, stderr } = await run("convert", damaged, "--to", "onnx", "--out", join(folder, "none"));
    expect(twoLines(stderr).what).toMatch(/damaged\.smyd: weight "[\w.]+" does not have its hash/);
    expect(code).toBe(3);
    expect(existsSync(join(folder, "none"))).toBe(false);
  });
});

describe("inspect", () => {
  test("a .smyd file: layouts, the contract", async () => {
    const { code, stdout } = await run("inspect", smyd);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^format +\.smyd version 2, opset 17\ninputs +input float32 \[N, 3, 96, 96\]\noutputs +logits float32 \[N, 10\]\nopen sizes +N \(input:0\)\noperators +Conv 17,/,
    );
    expect(stdout).toMatch(/^labels +10 names$/m);
    expect(stdout).toMatch(/^ {2}conv1\.weight +float32 +\[64, 3, 7, 7\] +panel8$/m);
    expect((await run("inspect", smyd, "--all")).stdout).toMatch(
      /^values, in the order of computation\n {2}bn1 +Conv\n/m,
    );
    expect((await run("inspect", smyd, "--json")).json).toMatchObject({ kind: "smyd", version: 2, opset: 17 });
  });

  test("one that is cut short, or none: 3", async () => {
    const cut = join(folder, "cut.smyd");
    await copyFile(smyd, cut);
    truncateSync(cut, 100_000);
    const { code, stderr } = await run("inspect", cut);
    expect(code).toBe(3);
    expect(twoLines(stderr).todo).toContain("cut short");
    const other = join(folder, "other.smyd");
    await copyFile(SHAPES, other);
    expect((await run("inspect", other)).code).toBe(3);
  });

  test.each([
    ["folder", tfjs],
    ["model.json", join(tfjs, "model.json")],
  ])("a TensorFlow.js model by its %s", async (_, path) => {
    const { code, stdout } = await run("inspect", path);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^format +TensorFlow\.js graph model, 1 weight file\ninputs +input float32 \[-?\w+, 3, 96, 96\]\noutputs +logits float32 /,
    );
    expect(stdout).toMatch(/^operators +_FusedConv2D \d+/m);
    expect(stdout).toMatch(/^labels +10 names$/m);
    const { json } = await run("inspect", path, "--json");
    expect(json).toMatchObject({
      kind: "tfjs",
      files: [expect.stringMatching(/^group1-shard1of1-[0-9a-f]{12}\.bin$/)],
      contract: { task: "logits" },
    });
  });

  test("a folder without a model: 3", async () => {
    const { code, stderr } = await run("inspect", join(folder, "cache"));
    expect(code).not.toBe(0);
    expect(twoLines(stderr).what).toContain("cache");
  });
});
