import { DTYPES, memorySink, memorySource, UsageError } from "@samoyed/core";
import { expect, test } from "vitest";
import { exampleTensor, exampleTensors } from "../../test/examples.ts";
import { type ExportToWrite, openExported, writeTorchExport } from "../index.ts";

const GRAPH = new TextEncoder().encode('{"graph_module": {}}');

async function written(program: Partial<ExportToWrite>): Promise<Uint8Array> {
  const sink = memorySink();
  await writeTorchExport({ graph: GRAPH, stateDict: [], constants: [], ...program }, sink);
  await sink.commit();
  return sink.bytes();
}

test("a written program is read back, the same bytes every time", async () => {
  const stateDict = exampleTensors(DTYPES).filter(({ name }) => name !== "7");
  const constants = [exampleTensor("lifted_tensor_0", "int64", [4])];
  const bytes = await written({ stateDict, constants });
  expect(Buffer.compare(await written({ stateDict, constants }), bytes)).toBe(0);
  const { programs, warnings } = await openExported(memorySource(bytes, "memory"));
  expect(warnings).toEqual([]);
  const read = programs.get("model")!;
  expect(await read.readGraph()).toEqual(GRAPH);
  for (const [place, tensors] of [
    [read.stateDict, stateDict],
    [read.constants, constants],
  ] as const) {
    expect([...place.keys()]).toEqual(tensors.map(({ name }) => name));
    for (const tensor of tensors) {
      const found = place.get(tensor.name)!;
      expect([found.dtype, found.shape]).toEqual([tensor.dtype, tensor.shape]);
      expect(Buffer.compare(await found.read(), await tensor.read())).toBe(0);
    }
  }
});

test("two tensors of one name are refused", async () => {
  const twice = exampleTensor("a", "float32", [1]);
  await expect(written({ stateDict: [twice, twice] })).rejects.toThrow(UsageError);
});
