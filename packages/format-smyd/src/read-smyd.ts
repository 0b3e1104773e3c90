import { type ByteSource, type Contract, type LazyTensor, type ReadOptions } from "@samoyed/core";
import { inferShapes, verifyGraph } from "@samoyed/graph";
import type { Attribute, Graph, Node } from "@samoyed/ir";
import { readSmydHeader, type SmydWeight } from "@samoyed/smyd-file";
import { unpackWeight } from "./unpack-weight.ts";
import { type VerifiedData, verifiedData } from "./verified-data.ts";

/** A model that a `.smyd` file contains. */
export interface SmydModel {
  /** As it was written, batch norms folded; its weights are lazy, in ONNX's order, float32 where they were packed. */
  readonly graph: Graph;
  /** Absent where a model without one was converted. */
  readonly contract?: Contract;
}

/**
 * Reads a `.smyd` file back into a graph. Weights are read, unpacked and checked against their hashes when they are
 * asked for; the source must stay open until then.
 *
 * @throws FormatError when the file is damaged or something else; ShapeError when its graph does not fit together.
 * @throws UnsupportedError when a later version of Samoyed wrote it, or it has an operator that is not known here.
 */
export async function readSmyd(source: ByteSource, reading: ReadOptions = {}): Promise<SmydModel> {
  const file = await readSmydHeader(source, reading);
  const data = verifiedData(source, file);
  const initializers = new Map<string, LazyTensor>();
  for (const [name, weight] of file.graph.initializers)
    initializers.set(name, await unpackWeight(weight, data, reading));
  const nodes: Node[] = [];
  for (const node of file.graph.nodes) nodes.push({ ...node, attributes: await attributes(node, data, reading) });
  const graph = inferShapes({ ...file.graph, nodes, initializers });
  verifyGraph(graph);
  return { graph, ...(file.contract && { contract: file.contract }) };
}

async function attributes(
  node: Node<SmydWeight>,
  data: VerifiedData,
  reading: ReadOptions,
): Promise<Readonly<Record<string, Attribute>>> {
  const entries: [string, Attribute][] = [];
  for (const [name, attribute] of Object.entries(node.attributes)) {
    entries.push([
      name,
      attribute.type === "tensor"
        ? { type: "tensor", value: await unpackWeight(attribute.value, data, reading) }
        : attribute,
    ]);
  }
  return Object.fromEntries(entries);
}
