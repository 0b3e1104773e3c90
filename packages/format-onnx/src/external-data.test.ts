import { FormatError, memorySink, memorySource, UsageError } from "@samoyed/core";
import { weight } from "@samoyed/test-support/tensors";
import { plainGraph } from "@samoyed/test-support/plain-graph";
import { describe, expect, test } from "vitest";
import { toBytes } from "../test/files.ts";
import { smallNetwork, withWeight } from "../test/graphs.ts";
import { delimited, integer, modelWithTensor } from "../test/wire.ts";
import { readOnnx, writeOnnx } from "./index.ts";

const graph = withWeight(smallNetwork(), weight("spare", [2000]));

async function writeSplit(name = "small.onnx.data"): Promise<{ model: Uint8Array; data: Uint8Array }> {
  const sink = memorySink();
  const data = memorySink();
  await writeOnnx(graph, { sink, external: { name, sink: data } });
  await sink.commit();
  await data.commit();
  return { model: sink.bytes(), data: data.bytes() };
}

test("weights go into a second file on request, aligned to pages, and are read back", async () => {
  const { model, data } = await writeSplit();
  const asked: string[] = [];
  const { graph: back } = await readOnnx(memorySource(model), {
    resolve: async (file) => {
      asked.push(file);
      return memorySource(data, file);
    },
  });
  expect(await plainGraph(back)).toEqual(await plainGraph(graph));
  expect(asked).toEqual(["small.onnx.data"]);
  // conv2.weight (1152 bytes) at 0, spare (8000 bytes) at the next page; tensors below 1 KiB stay inside.
  expect(data.byteLength).toBe(4096 + 8000);
  expect(data.subarray(1152, 4096).every((byte) => byte === 0)).toBe(true);
  expect(model.byteLength).toBeLessThan((await toBytes(graph)).byteLength - 9000);
});

test("the same graph gives the same two files", async () => {
  expect(await writeSplit()).toEqual(await writeSplit());
});

describe("names that leave the model's folder", () => {
  const names = [
    ["", "it is empty"],
    ["../weights.bin", "it leaves the model's folder"],
    ["a/../../weights.bin", "it leaves the model's folder"],
    ["..", "it leaves the model's folder"],
    ["/etc/passwd", "it is an absolute path"],
    ["C:weights.bin", "it has a backslash or a colon"],
    ["\\\\server\\share", "it has a backslash or a colon"],
    ["a\\b", "it has a backslash or a colon"],
    ["file:///etc/passwd", "it has a backslash or a colon"],
    ["a//b", "it has an empty part"],
    ["./a", "it has an empty part"],
    ["a\u0000.bin", "it has a control character"],
  ] as const;

  test.each(names)("%j is not opened", async (name, reason) => {
    const fields = [
      ...integer(1, 2),
      ...integer(2, 1),
      ...delimited(13, [...delimited(1, "location"), ...delimited(2, name)]),
      ...integer(14, 1),
    ];
    let asked = 0;
    const reading = readOnnx(memorySource(modelWithTensor(fields), "model.onnx"), {
      resolve: async () => {
        asked++;
        return memorySource(new Uint8Array(8));
      },
    });
    await expect(reading).rejects.toThrow(`model.onnx: tensor "w" has its data in ${JSON.stringify(name)}: ${reason}`);
    await expect(reading).rejects.toBeInstanceOf(FormatError);
    expect(asked).toBe(0);
  });

  test.each(names)("%j is not written", async (name, reason) => {
    const writing = writeSplit(name);
    await expect(writing).rejects.toThrow(`external data ${JSON.stringify(name)}: ${reason}`);
    await expect(writing).rejects.toBeInstanceOf(UsageError);
  });

  test("a file in a subfolder is allowed", async () => {
    expect((await writeSplit("weights/part.bin")).data.byteLength).toBe(12_096);
  });
});

describe("files that do not match", () => {
  const entry = (key: string, text: string): number[] => delimited(13, [...delimited(1, key), ...delimited(2, text)]);
  const tensor = (...entries: number[][]): Uint8Array =>
    modelWithTensor([
      ...integer(1, 2),
      ...integer(2, 1),
      ...entry("location", "w.bin"),
      ...entries.flat(),
      ...integer(14, 1),
    ]);
  const read = (bytes: Uint8Array): Promise<unknown> =>
    readOnnx(memorySource(bytes, "model.onnx"), { resolve: async (file) => memorySource(new Uint8Array(16), file) });

  test("offset and length may be omitted", async () => {
    await expect(read(tensor())).resolves.toBeDefined();
    await expect(read(tensor(entry("offset", "8")))).resolves.toBeDefined();
  });

  test.each([
    ["offset", "9", "has bytes 9 to 17 of w.bin for data; that file has 16"],
    ["offset", "999999999999999", "has bytes 999999999999999 to 1000000000000007 of w.bin for data; that file has 16"],
    ["offset", "-1", ': the offset of its external data is "-1"; expected a number'],
    ["offset", "1e3", ': the offset of its external data is "1e3"; expected a number'],
    [
      "offset",
      "18446744073709551616",
      ': the offset of its external data is "18446744073709551616"; expected a number',
    ],
    ["length", "4", "has 4 bytes of external data; its shape takes 8"],
    ["length", "16", "has 16 bytes of external data; its shape takes 8"],
    ["length", "", ': the length of its external data is ""; expected a number'],
  ])("%s %j", async (key, text, message) => {
    const reading = read(tensor(entry(key, text)));
    await expect(reading).rejects.toThrow(`model.onnx: tensor "w"${message.startsWith(":") ? "" : " "}${message}`);
    await expect(reading).rejects.toBeInstanceOf(FormatError);
  });

  test("a duplicate key", async () => {
    await expect(read(tensor(entry("location", "v.bin")))).rejects.toThrow(
      'the external data of initializer 0 has "location" twice',
    );
  });
});
