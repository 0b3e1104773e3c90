import { canonicalize, expandOperators, operatorsInto } from "@samoyed/graph";
import { testConformance } from "@samoyed/test-support/conformance/check";
import { smyd } from "../src/node.ts";
import { PLANNED_OPERATORS } from "../src/plan/planned-operators.ts";
import { smydBytes } from "./models.ts";

/** The operators that models may have: those that are planned, and those that become them in the canonical form. */
const TAKEN_OPERATORS = operatorsInto(PLANNED_OPERATORS);

const backend = smyd();

testConformance({
  engine: {
    operators: TAKEN_OPERATORS,
    constants: true,
    async run(graph, inputs) {
      const written = expandOperators(canonicalize(graph).graph, PLANNED_OPERATORS).graph;
      const session = await backend.load(await smydBytes(written), { threads: 1 });
      const found = await session.run(inputs);
      await session.dispose();
      return found;
    },
  },
  record: new URL("./conformance-record.json", import.meta.url),
  page: new URL("../../../docs/smyd-conformance.md", import.meta.url),
  title: "`.smyd`: conformance with ONNX's own test vectors",
  intro: [
    "Written by `pnpm run conformance` in `packages/runtime-smyd`; the tests fail when a vector fails or fewer pass than",
    "this says. Each vector is a model with inputs and outputs: read by `readOnnx`, brought into the canonical form,",
    "written by `writeSmyd`, loaded and run by the backend `smyd` with plain SIMD, then compared with rtol 1e-3 and atol 1e-7, or what the vector comes with. Vectors",
    "of several inputs run twice, all inputs fed and all but the first written as constants, since networks have weights,",
    "paddings and bounds as constants; one of the two must run, and neither may be wrong. A vector counts for every operator",
    "in its model. What was not computed is skipped, with the reason, and has not passed.",
    "",
    "Vectors whose operators are all planned:",
  ],
  operators: TAKEN_OPERATORS,
  shorten: (reason) =>
    reason
      .replace(/^(node\/\S+|memory): /, "")
      .replace(/ ?"[^"]*"/g, "")
      .replace(/^node( \d+)? \((\w+)\):? /, "")
      .replace(/ \[[^\]]*\]/g, "")
      .replace(/^is \w+; only/, "takes or gives another type; only")
      .replace(/^the constant is \w+ in/, "the constant is no float32 in")
      .trim(),
});
