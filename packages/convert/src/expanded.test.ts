import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type LazyTensor, lazyTensor, memorySink, memorySource } from "@samoyed/core";
import { readOnnx, writeOnnx } from "@samoyed/format-onnx";
import { createBuilder } from "@samoyed/graph";
import { type Attribute, float, type Graph } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { useWorkplace } from "../test/workplace.ts";
import { convertModel } from "./convert-model.ts";
import { outputFolder } from "./output-folder.ts";

const { folder } = useWorkplace();

function weight(name: string, shape: readonly number[]): LazyTensor {
  return lazyTensor(name, noise(shape, 1));
}

async function onnx(attributes: Record<string, Attribute>): Promise<Uint8Array> {
  const builder = createBuilder({ name: "tiny", opset: 17 });
  const x = builder.input("x", "float32", [3, "N", 4]);
  const weights = [weight("w", [1, 8, 4]), weight("r", [1, 8, 2])].map((tensor) => builder.initializer(tensor));
  builder.node("LSTM", [x, ...weights], { name: "lstm", attributes, outputs: ["", "", "cell"] });
  builder.output("cell");
  const sink = memorySink();
  await writeOnnx(builder.finish(), { sink });
  await sink.commit();
  return sink.bytes();
}

const convert = (bytes: Uint8Array, formats: readonly string[]): Promise<unknown> =>
  convertModel(memorySource(bytes, "tiny.onnx"), {
    from: "onnx",
    formats,
    name: "tiny",
    createSink: outputFolder(folder()),
  });

test("an operator that one format has and another lacks is spelled out for the latter alone", async () => {
  await convert(await onnx({}), ["onnx", "tfjs"]);
  const { graph }: { graph: Graph } = await readOnnx(
    memorySource(await readFile(join(folder(), "tiny.onnx")), "tiny.onnx"),
  );
  expect(graph.nodes.map(({ op }) => op)).toEqual(["LSTM"]);
  const json = await readFile(join(folder(), "tiny.tfjs/model.json"), "utf8");
  expect(json.match(/"op":"Tanh"/gu)).toHaveLength(3 * 2 - 1);
  expect(json).not.toContain("LSTM");
});

test("one that cannot be spelled out is refused, with the reason", async () => {
  const bytes = await onnx({ clip: float(3) });
  await expect(convert(bytes, ["tfjs"])).rejects.toThrow(
    'node "lstm" (LSTM): is of an operator that is not written, and it clips its gates',
  );
});
