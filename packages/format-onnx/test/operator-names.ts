import { memorySource } from "@samoyed/core";
import { readText } from "../src/scalar.ts";
import { GRAPH, MODEL, NODE } from "../src/schema.ts";
import { openWire } from "../src/wire.ts";

/** The operators of a model's nodes, sorted, each once; `domain.Operator` where it is not ONNX's own. Reads nothing else, so it works for models that `readOnnx` refuses. */
export async function operatorNames(bytes: Uint8Array): Promise<string[]> {
  const wire = openWire(memorySource(bytes));
  const names = new Set<string>();
  for await (const graph of wire.stream(wire.whole, "the model")) {
    if (graph.number !== MODEL.graph) continue;
    for await (const node of wire.stream(graph, "the graph")) {
      if (node.number !== GRAPH.node) continue;
      let op = "";
      let domain = "";
      for (const part of await wire.fields(node, "a node")) {
        if (part.number === NODE.opType) op = await readText(wire, part, "the operator");
        if (part.number === NODE.domain) domain = await readText(wire, part, "the domain");
      }
      names.add(domain === "" ? op : `${domain}.${op}`);
    }
  }
  return [...names].sort();
}
