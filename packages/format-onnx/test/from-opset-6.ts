import { memorySource } from "@samoyed/core";
import { operatorNames } from "@samoyed/test-support/conformance/operator-names";
import { MODEL, OPERATOR_SET } from "../src/schema.ts";
import { openWire } from "../src/wire.ts";

/**
 * ONNX writes a vector at the operator set in which its operator last changed. Operators from set 1 that no set up to 6
 * changed mean the same at 6, the first set that is read.
 */
const UNCHANGED = new Set(["GlobalAveragePool", "GlobalMaxPool", "Not", "Softplus", "Softsign"]);

/** Raises a model of only such operators to operator set 6; other models are returned unchanged. */
export async function fromOpset6(bytes: Uint8Array): Promise<Uint8Array> {
  if (!operatorNames(bytes).every((op) => UNCHANGED.has(op))) return bytes;
  const wire = openWire(memorySource(bytes));
  const raised = bytes.slice();
  for await (const field of wire.stream(wire.whole, "the model")) {
    if (field.number !== MODEL.opsetImport) continue;
    for (const part of await wire.fields(field, "an operator set")) {
      if (part.number === OPERATOR_SET.version && part.value < 6n) raised[part.start] = 6;
    }
  }
  return raised;
}
