import { UnsupportedError } from "@samoyed/core";
import { dropIdentities, inferShapes, rewriteGraph } from "@samoyed/graph";
import { type Graph, type Node, readInt } from "@samoyed/ir";

/** A graph whose output is logits. */
export interface LogitsGraph {
  readonly graph: Graph;
  /** The operator that made probabilities and is gone; absent where there was none. */
  readonly removed?: string;
}

/** Operators that leave each element as it is. */
const RESHAPING: ReadonlySet<string> = new Set(["Identity", "Reshape", "Flatten", "Squeeze"]);

/** The last node before the only output that computes anything. */
function lastNode(graph: Graph): Node | undefined {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  let node = producers.get(graph.outputs[0]!.name);
  while (node !== undefined && RESHAPING.has(node.op)) node = producers.get(node.inputs[0]!);
  return node;
}

/** Whether a Softmax is over all elements of an image: every other axis besides the batch has one. */
function isOverClasses(node: Node, graph: Graph): boolean {
  const result = node.outputs[0]!;
  const shape = (graph.values.get(result) ?? graph.outputs.find(({ name }) => name === result))?.shape;
  if (shape === undefined) return false;
  const axis = readInt(node, "axis", -1);
  const front = axis < 0 ? axis + shape.length : axis;
  return shape.every((size, place) => (place === 0 ? front !== 0 : place === front || size === 1));
}

/**
 * Ends a classifier of one output before the Softmax, or of one class the Sigmoid, that makes probabilities of its
 * logits: a classifier here computes them itself, and twice would be wrong. The output keeps its name. LogSoftmax may
 * stay: its values are logits too.
 *
 * @throws UnsupportedError for several classes that a Sigmoid makes independent of one another, for a Softmax over
 * something else, and where other nodes use the probabilities.
 */
export function logitsOutput(graph: Graph): LogitsGraph {
  const last = lastNode(graph);
  if (last === undefined || (last.op !== "Softmax" && last.op !== "Sigmoid")) return { graph };
  const where = `the output "${graph.outputs[0]!.name}" is made by ${last.op} (node "${last.name}")`;
  const hint = "Run the model with samoyed run, without --labels and the options of the preprocessing.";
  if (last.op === "Sigmoid" && graph.outputs[0]!.shape[1] !== 1) {
    throw new UnsupportedError(
      `${where}: its classes are independent of one another, and classify takes one of several`,
      { hint },
    );
  }
  if (last.op === "Softmax" && !isOverClasses(last, graph)) {
    throw new UnsupportedError(`${where}, which is not over the classes`, { hint });
  }
  const users = graph.nodes.filter(({ inputs }) => inputs.includes(last.outputs[0]!));
  if (users.length > 1) throw new UnsupportedError(`${where}, whose probabilities other nodes use as well`, { hint });
  const nodes = graph.nodes.map((node) =>
    node === last ? { ...node, op: "Identity", inputs: [node.inputs[0]!], attributes: {} } : node,
  );
  const { graph: ended } = rewriteGraph(inferShapes({ ...graph, nodes }), [dropIdentities]);
  return { graph: ended, removed: last.op };
}
