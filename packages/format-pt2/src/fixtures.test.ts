import { readdirSync, readFileSync } from "node:fs";
import { openCheckpoint } from "@samoyed/checkpoint";
import { castArray, type DType, type LazyTensor, memorySource, readTensor, type Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { describe, expect, test } from "vitest";
import { readPt2 } from "./index.ts";

/*
 * Files that PyTorch wrote (tools/oracle/fixtures_pt2.py): every output of every file against PyTorch's float64. The
 * interpreter computes each node in float64 and rounds to float32 once, so a case may be off by a few roundings of
 * its intermediate values.
 */

const FOLDER = new URL("../fixtures/", import.meta.url);
const UNCOMPUTED = new Set(["refused", "stateful", "meta"]);
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".pt2"))
  .map((file) => file.slice(0, -".pt2".length))
  .filter((name) => !UNCOMPUTED.has(name));

const bytes = (file: string): Uint8Array => readFileSync(new URL(file, FOLDER));

async function recorded(name: string): Promise<ReadonlyMap<string, LazyTensor>> {
  return (await openCheckpoint(memorySource(bytes(`${name}.safetensors`), name))).tensors;
}

function numbers({ dtype, data }: Tensor): number[] {
  return dtype === "float16" || dtype === "bfloat16"
    ? Array.from(castArray(data, dtype, "float32") as Float32Array)
    : Array.from(data as Float64Array, Number);
}

/** Floats are recorded in float64; the graph has those of the model. */
function expectedType(recordedType: DType): readonly DType[] {
  return recordedType === "float64" ? ["float32", "float16"] : [recordedType];
}

/** In `trees` a result has the name of an input, so that the graph names it otherwise. */
function resultName(key: string): string {
  return key === "output.pair" ? "output_pair" : key.slice("output.".length);
}

async function compute(name: string, tensors: ReadonlyMap<string, LazyTensor>): Promise<ReadonlyMap<string, Tensor>> {
  const { graph } = await readPt2(memorySource(bytes(`${name}.pt2`), `${name}.pt2`));
  const inputs: Record<string, Tensor> = {};
  for (const { name: input } of graph.inputs) inputs[input] = await readTensor(tensors.get(`input.${input}`)!);
  return interpret(graph, inputs);
}

describe.each(NAMES)("%s", async (name) => {
  const tensors = await recorded(name);
  const cases = [...tensors.keys()].filter((key) => key.startsWith("output."));
  let computed: Promise<ReadonlyMap<string, Tensor>> | undefined;
  const results = (): Promise<ReadonlyMap<string, Tensor>> => (computed ??= compute(name, tensors));

  test("has the results that PyTorch gives, under the user's names", async () => {
    expect([...(await results()).keys()].sort()).toEqual(cases.map(resultName).sort());
  });

  test.each(cases)("%s", async (key) => {
    const want = await readTensor(tensors.get(key)!);
    const got = (await results()).get(resultName(key))!;
    expect(got.shape).toEqual(want.shape);
    expect(expectedType(want.dtype)).toContain(got.dtype);
    const values = numbers(got);
    for (const [index, value] of numbers(want).entries()) {
      const off = Object.is(value, values[index]) ? 0 : Math.abs(values[index]! - value);
      expect(off, `element ${index}: ${values[index]} for ${value}`).toBeLessThanOrEqual(
        1e-5 * Math.max(1, Math.abs(value)),
      );
    }
  });
});
