import type { Tensor } from "@samoyed/core";
import { canonicalize, expandOperators, operatorsInto } from "@samoyed/graph";
import { testConformance } from "@samoyed/test-support/conformance/check";
import { loadFiles, runModel, toFiles } from "../test/tfjs.ts";
import { LOWERED_OPERATORS } from "./index.ts";

/** The operators that models may have: those that are written, and those that become them in the canonical form. */
const TAKEN_OPERATORS = operatorsInto(LOWERED_OPERATORS);

/** TensorFlow.js carries 64-bit integers as 32-bit ones. */
function asDeclared(tensor: Tensor, dtype: string): Tensor {
  if (dtype !== "int64" || tensor.dtype !== "int32") return tensor;
  return { dtype: "int64", shape: tensor.shape, data: BigInt64Array.from(tensor.data as Int32Array, BigInt) };
}

testConformance({
  engine: {
    operators: TAKEN_OPERATORS,
    constants: true,
    async run(graph, inputs) {
      const written = expandOperators(canonicalize(graph).graph, LOWERED_OPERATORS).graph;
      const model = await loadFiles(await toFiles(written));
      const found = await runModel(
        model,
        inputs,
        graph.outputs.map(({ name }) => name),
      );
      model.dispose();
      return new Map(graph.outputs.map(({ name, dtype }) => [name, asDeclared(found.get(name)!, dtype)]));
    },
  },
  record: new URL("../test/conformance-record.json", import.meta.url),
  page: new URL("../../../docs/tfjs-conformance.md", import.meta.url),
  title: "TensorFlow.js: conformance with ONNX's own test vectors",
  intro: [
    "Written by `pnpm run conformance` in `packages/format-tfjs`; the tests fail when a vector fails or fewer pass than",
    "this says. Each vector is a model with inputs and outputs: read by `readOnnx`, brought into the canonical form,",
    "written by `writeTfjs`, loaded by plain TensorFlow.js 4.22 and run on its cpu backend, then compared with rtol 1e-3 and atol 1e-7, or what the vector comes",
    "with. Vectors of several inputs run twice, all inputs fed and all but the first written as constants, since networks",
    "have weights, paddings and bounds as constants; one of the two must run, and neither may be wrong. A vector counts for",
    "every operator in its model. What was not computed is skipped, with the reason, and has not passed.",
    "",
    "Vectors whose operators are all written:",
  ],
  operators: TAKEN_OPERATORS,
  shorten: (reason) =>
    reason
      .replace(/^node\/\S+ /, "")
      .replace(/ "[^"]*"/g, "")
      .replace(/^node( \d+)? \((\w+)\):? /, "")
      .replace(", which is not written for TensorFlow.js", "")
      .replace(", which TensorFlow.js does not compute with", ""),
});
