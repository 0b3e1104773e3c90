import type { DType } from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { anyTensor } from "./tensors.ts";

/** A graph of weights of one dtype with an Identity each, including a scalar and an empty one. */
export function dtypeGraph(dtype: DType): Graph {
  // Eight-bit floats were added in operator set 19.
  const builder = createBuilder({ name: dtype, opset: dtype.startsWith("float8") ? 19 : 17 });
  for (const [name, shape] of [
    ["vector", [3]],
    ["matrix", [40, 17]],
    ["scalar", []],
    ["empty", [0, 4]],
  ] as const) {
    const initializer = builder.initializer(anyTensor(`${name}.value`, dtype, shape));
    builder.output(builder.node("Identity", [initializer], { name }));
  }
  return builder.finish();
}
