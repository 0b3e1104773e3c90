import { readdir } from "node:fs/promises";
import { bytesToTensor, lazyTensor, type LazyTensor, memorySink, memorySource, UnsupportedError } from "@samoyed/core";
import { writeOnnx } from "@samoyed/format-onnx";
import { createBuilder, type GraphBuilder } from "@samoyed/graph";
import { int, ints } from "@samoyed/ir";
import { describe, expect, test } from "vitest";
import { useWorkplace } from "../test/workplace.ts";
import { convertModel } from "./convert-model.ts";
import { outputFolder } from "./output-folder.ts";

const { folder } = useWorkplace();

function integers(name: string, ...values: readonly number[]): LazyTensor {
  return lazyTensor(name, { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values, BigInt) });
}

function floats(name: string, shape: readonly number[]): LazyTensor {
  return lazyTensor(name, bytesToTensor(new Uint8Array(4 * shape.reduce((a, b) => a * b, 1)), "float32", shape));
}

interface Build {
  readonly builder: GraphBuilder;
  readonly input: string;
}

/** A graph of images [N, 4, size, size], as ONNX. */
async function onnx(build: (parts: Build) => string, size: number | string = 8): Promise<Uint8Array> {
  const builder = createBuilder({ name: "tiny", opset: 17 });
  builder.output(build({ builder, input: builder.input("input", "float32", ["N", 4, size, size]) }));
  const sink = memorySink();
  await writeOnnx(builder.finish(), { sink });
  await sink.commit();
  return sink.bytes();
}

async function convert(bytes: Uint8Array, formats: readonly string[]): Promise<unknown> {
  return convertModel(memorySource(bytes, "tiny.onnx"), {
    from: "onnx",
    formats,
    name: "tiny",
    createSink: outputFolder(folder()),
  });
}

async function refusal(bytes: Uint8Array, formats: readonly string[] = ["smyd"]): Promise<UnsupportedError> {
  const error: unknown = await convert(bytes, formats).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UnsupportedError);
  expect(await readdir(folder())).toEqual([]);
  return error as UnsupportedError;
}

const conv = { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) };

/** A pool over three axes, of which the first has one position. */
function volumePool({ builder, input }: Build): string {
  const axes = builder.initializer(integers("axes", 2));
  const volume = builder.node("Unsqueeze", [input, axes], { name: "volume" });
  const pooled = builder.node("MaxPool", [volume], { name: "pool", attributes: { kernel_shape: ints([1, 2, 2]) } });
  return builder.node("Squeeze", [pooled, axes], { name: "flat" });
}

/** Of each kind: an unknown operator, one with two outputs, and one that is known and has too many axes. */
function manyRefusals({ builder, input }: Build): string {
  const own = builder.initializer(floats("own.weight", [4, 4, 3, 3]));
  const first = builder.node("Conv", [input, own], { name: "conv", attributes: conv });
  const scale = builder.initializer(lazyTensor("scale", { dtype: "float32", shape: [], data: Float32Array.of(0.5) }));
  const bytes = builder.node("QuantizeLinear", [first, scale], { name: "quantize" });
  const back = builder.node("Cast", [bytes], { name: "back", attributes: { to: int(1) } });
  const outputs = ["largest", "places"];
  builder.node("MaxPool", [back], { name: "indexed", outputs, attributes: { kernel_shape: ints([1, 1]) } });
  builder.output("places");
  return volumePool({ builder, input: "largest" });
}

describe("what the runtime would refuse", () => {
  const ALL = [
    { node: "quantize", op: "QuantizeLinear", reason: "is of an operator that no kernel computes" },
    { node: "indexed", op: "MaxPool", reason: 'has the further output "places"' },
    { node: "pool", op: "MaxPool", reason: "has 5 axes in input 0; 3 to 4 are planned" },
  ];

  test("all nodes are named before anything is written", async () => {
    const bytes = await onnx(manyRefusals);
    const error = await refusal(bytes);
    expect(error.details["refusals"]).toEqual(ALL);
    expect(error.message).toBe(
      "the .smyd runtime cannot run this model: " +
        ALL.map(({ node, op, reason }) => `node "${node}" (${op}): ${reason}`).join("; ") +
        "; nothing was written",
    );
    expect(error.hint).toContain("--to onnx");
  });

  test("beside another format neither is written", async () => {
    expect((await refusal(await onnx(manyRefusals), ["onnx", "smyd"])).details["refusals"]).toEqual(ALL);
  });

  test("of two formats all nodes that either refuses are named", async () => {
    const error = await refusal(await onnx(volumePool), ["tfjs", "smyd"]);
    expect(error.message).toMatch(
      /^the TensorFlow\.js runtime cannot .*; the \.smyd runtime cannot .*; nothing was written$/,
    );
  });

  test("images of open size are planned at 224 pixels", async () => {
    expect((await refusal(await onnx(manyRefusals, "S"))).details["refusals"]).toEqual(ALL);
  });

  test("sizes that are open, where those of an image do not fit, are to be fixed", async () => {
    const builder = createBuilder({ name: "tiny", opset: 17 });
    const weight = builder.initializer(floats("weight", [4, 1, 64]));
    const axes = builder.initializer(integers("axes", 1));
    const signal = builder.node("Unsqueeze", [builder.input("input", "float32", ["N", "samples"]), axes]);
    builder.output(builder.node("Conv", [signal, weight], { name: "conv", attributes: { kernel_shape: ints([64]) } }));
    const sink = memorySink();
    await writeOnnx(builder.finish(), { sink });
    await sink.commit();
    const error = await refusal(sink.bytes());
    expect(error.message).toMatch(/does not know the sizes N, samples: .*conv/u);
    expect(error.hint).toBe("Fix them: --shape N=…,samples=…");
  });

  test("ports of another type", async () => {
    const builder = createBuilder({ name: "tiny", opset: 17 });
    builder.output(builder.node("Cast", [builder.input("input", "float64", ["N", 4])], { attributes: { to: int(1) } }));
    const sink = memorySink();
    await writeOnnx(builder.finish(), { sink });
    await sink.commit();
    expect((await refusal(sink.bytes())).details["refusals"]).toEqual([
      { reason: '"input" is float64; float32 and integers go in and out' },
      expect.objectContaining({ op: "Cast" }),
    ]);
  });
});

describe("what it computes is written", () => {
  const supported = ({ builder, input }: Build): string => {
    const weight = builder.initializer(floats("weight", [4, 4, 3, 3]));
    const value = builder.node("Conv", [input, weight], { name: "conv", attributes: conv });
    const pooled = builder.node("GlobalAveragePool", [builder.node("Relu", [value])], {});
    const shape = builder.initializer(integers("shape", 0, 4));
    return builder.node("Reshape", [pooled, shape], { name: "flat" });
  };

  test.each<[string, number | string]>([
    ["of a fixed size", 8],
    ["of any size", "S"],
  ])("images %s", async (_, size) => {
    await convert(await onnx(supported, size), ["smyd"]);
    expect(await readdir(folder())).toEqual(["tiny.smyd"]);
  });

  test("of a batch that is mixed", async () => {
    const mixed = ({ builder, input }: Build): string => {
      const shape = builder.initializer(integers("shape", 1, -1));
      return builder.node("Reshape", [input, shape], { name: "flat" });
    };
    await convert(await onnx(mixed), ["smyd"]);
    expect(await readdir(folder())).toEqual(["tiny.smyd"]);
  });

  test("beside an input of one number", async () => {
    const scaled = ({ builder, input }: Build): string =>
      builder.node("Mul", [input, builder.input("scale", "float32", [])], { name: "scaled" });
    for (const size of [8, "S"]) await convert(await onnx(scaled, size), ["smyd"]);
    expect(await readdir(folder())).toEqual(["tiny.smyd"]);
  });

  test("of any size, where 224 pixels do not fit", async () => {
    const fixed = ({ builder, input }: Build): string => {
      const shape = builder.initializer(integers("shape", 0, 4, 64));
      return builder.node("Relu", [builder.node("Reshape", [input, shape], { name: "flat" })], {});
    };
    await convert(await onnx(fixed, "S"), ["smyd"]);
    expect(await readdir(folder())).toEqual(["tiny.smyd"]);
  });
});
