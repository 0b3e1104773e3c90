import { lazyTensor } from "@samoyed/core";
import { int } from "@samoyed/ir";
import { expect, test } from "vitest";
import { createBuilder } from "./builder.ts";

test("a list of sizes that doubles at every node is not kept", () => {
  const b = createBuilder({ name: "doubling" });
  b.input("x", "float32", ["N", 3]);
  let sizes = b.initializer(lazyTensor("one", { dtype: "int64", shape: [1], data: BigInt64Array.of(1n) }));
  for (let times = 0; times < 24; times++) sizes = b.node("Concat", [sizes, sizes], { attributes: { axis: int(0) } });
  b.output(sizes);
  expect(b.finish().outputs[0]!.shape).toEqual([2 ** 24]);
});
