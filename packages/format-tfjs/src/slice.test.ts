import { lazyTensor, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder, foldConstants, interpret, rewriteGraph } from "@samoyed/graph";
import { type Graph, ints, tensorAttribute } from "@samoyed/ir";
import { expect, test } from "vitest";
import { input } from "../test/graphs.ts";
import { loadFiles, runModel, toFiles } from "../test/tfjs.ts";

const FARTHEST = 2n ** 63n - 1n;

function bounds(...values: bigint[]): Tensor {
  return { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values) };
}

/** x[:, 1:, ::-1], to the end and to the beginning as exporters write them: the largest int64 and the smallest. */
function graphOf(bound: (name: string, tensor: Tensor, b: ReturnType<typeof createBuilder>) => string): Graph {
  const b = createBuilder({ name: "slice" });
  const x = b.input("input", "float32", ["N", 3, 4, 5]);
  const lists = [bounds(1n, FARTHEST), bounds(FARTHEST, -FARTHEST - 1n), bounds(1n, 2n), bounds(1n, -1n)];
  const names = ["starts", "ends", "axes", "steps"];
  b.output(b.node("Slice", [x, ...lists.map((tensor, index) => bound(names[index]!, tensor, b))], { name: "y" }));
  return b.finish();
}

async function expectSame(graph: Graph): Promise<void> {
  const inputs = { input: input([2, 3, 4, 5]) };
  const model = await loadFiles(await toFiles(canonicalize(graph).graph));
  expect(await runModel(model, inputs, ["y"])).toEqual(await interpret(graph, inputs));
  model.dispose();
}

test("bounds that no 32-bit integer holds are clamped, in initializers and in Constant nodes", async () => {
  await expectSame(graphOf((name, tensor, b) => b.initializer(lazyTensor(name, tensor))));
  const constants = graphOf((name, tensor, b) =>
    b.node("Constant", [], { name, attributes: { value: tensorAttribute(lazyTensor(name, tensor)) } }),
  );
  await expectSame(constants);
  await expectSame(rewriteGraph(constants, [foldConstants]).graph);
});

test("the farthest bounds that an attribute holds are clamped", async () => {
  const b = createBuilder({ name: "slice", opset: 9 });
  const most = Number.MAX_SAFE_INTEGER;
  const attributes = { starts: ints([-most, 1]), ends: ints([most, most]), axes: ints([2, 3]) };
  b.output(b.node("Slice", [b.input("input", "float32", [2, 3, 4, 5])], { name: "y", attributes }));
  await expectSame(b.finish());
});
