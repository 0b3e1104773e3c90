// Faults in the graph of a converted model.
import { at, inserted, nodesOf, replaced, rerouted, inferred, reweighted, withWeight } from "./edit-graph.mjs";

const int = (value) => ({ type: "int", value });
const ints = (value) => ({ type: "ints", value });
const float = (value) => ({ type: "float", value });

const withAttributes = (graph, node, attributes) =>
  replaced(graph, node, { ...node, attributes: { ...node.attributes, ...attributes } });
const convolutions = (graph, kernel, stride) =>
  nodesOf(graph, "Conv").filter(
    ({ inputs, attributes }) =>
      graph.initializers.get(inputs[1]).shape[2] === kernel &&
      (stride === undefined || (attributes.strides?.value[0] ?? 1) === stride),
  );
const relus = (graph) => nodesOf(graph, "Relu");
const logitsOf = (graph) => graph.outputs[0].name;
const inputOf = (graph) => graph.inputs[0].name;

/** The first convolution that halves, with its window moved: the same size, other values. */
function moved(graph) {
  const node = convolutions(graph, 3, 2)[0] ?? convolutions(graph, 3)[0];
  return withAttributes(graph, node, { pads: ints([0, 0, 2, 2]) });
}

/** A 3 × 3 convolution with the wide window of a dilated one. */
function dilated(graph) {
  return withAttributes(graph, at(convolutions(graph, 3, 1), 0.5), {
    dilations: ints([2, 2]),
    pads: ints([2, 2, 2, 2]),
  });
}

/** The stride of a block at the convolution before, or where none is in it, after: the same sizes, other values. */
function otherStride(graph) {
  const node = convolutions(graph, 3, 2)[0];
  const all = nodesOf(graph, "Conv");
  const [before, after] = relus(graph).flatMap(({ inputs, outputs }) => {
    if (outputs[0] === node.inputs[0]) return [all.find((one) => one.outputs[0] === inputs[0])];
    return inputs[0] === node.outputs[0] ? [all.find((one) => one.inputs[0] === outputs[0])] : [];
  });
  const other = before ?? after;
  const one = (op, strides) => ({ ...op, attributes: { ...op.attributes, strides: ints(strides) } });
  return inferred({
    ...graph,
    nodes: graph.nodes.map((op) => (op === node ? one(op, [1, 1]) : op === other ? one(op, [2, 2]) : op)),
  });
}

function removed(graph, node) {
  return rerouted({ ...graph, nodes: graph.nodes.filter((one) => one !== node) }, node.outputs[0], node.inputs[0]);
}

function exchangedFor(graph, node, op, attributes = {}, inputs = []) {
  return replaced(graph, node, { ...node, op, attributes, inputs: [node.inputs[0], ...inputs] });
}

/** A ReLU that also clips above, with its limits as weights. */
function clipped(graph, node, largest) {
  const limits = withWeight(
    withWeight(graph, "planted min", [], Float32Array.of(0)),
    "planted max",
    [],
    Float32Array.of(largest),
  );
  return exchangedFor(limits, node, "Clip", {}, ["planted min", "planted max"]);
}

function withoutResidual(graph) {
  const node = at(nodesOf(graph, "Add"), 0.5);
  return removed(graph, node);
}

/** Groups merged in another order: the outputs of the first two are exchanged. */
async function wrongGroups(graph) {
  const node = at(convolutions(graph, 3), 0.5);
  return reweighted(graph, node.inputs[1], (data, [rows]) => {
    const size = data.length / rows;
    const groups = node.attributes.group?.value ?? 1;
    const width = Math.max(1, groups > 1 ? rows / groups : 4) * size;
    const first = data.slice(0, width);
    data.copyWithin(0, width, 2 * width);
    data.set(first, width);
  });
}

/** The image's axes read as if the last were the channels. */
function wrongLayout(graph) {
  const [, channels, height, width] = graph.inputs[0].shape;
  const shape = withWeight(
    graph,
    "planted shape",
    [4],
    BigInt64Array.of(-1n, ...[height, width, channels].map(BigInt)),
    "int64",
  );
  const rerouting = rerouted(shape, inputOf(graph), "planted image");
  const nodes = [
    {
      name: "planted Reshape",
      op: "Reshape",
      inputs: [inputOf(graph), "planted shape"],
      outputs: ["planted rows"],
      attributes: {},
    },
    {
      name: "planted Transpose",
      op: "Transpose",
      inputs: ["planted rows"],
      outputs: ["planted image"],
      attributes: { perm: ints([0, 3, 1, 2]) },
    },
  ];
  return inferred({ ...rerouting, nodes: [...nodes, ...rerouting.nodes] });
}

/** Image 0's answer for each image of a batch: its logits, and zero times those of each. */
function firstOnly(graph) {
  const logits = logitsOf(graph);
  const whole = `${logits}/planted`;
  const [place, zero] = ["planted place", "planted zero"];
  const changed = withWeight(
    withWeight(graph, place, [1], BigInt64Array.of(0n), "int64"),
    zero,
    [],
    Float32Array.of(0),
  );
  const nodes = changed.nodes.map((node) => ({
    ...node,
    outputs: node.outputs.map((output) => (output === logits ? whole : output)),
  }));
  return inferred({
    ...changed,
    nodes: [
      ...nodes,
      {
        name: "planted Gather",
        op: "Gather",
        inputs: [whole, place],
        outputs: ["planted first"],
        attributes: { axis: int(0) },
      },
      { name: "planted Mul", op: "Mul", inputs: [whole, zero], outputs: ["planted nothing"], attributes: {} },
      {
        name: "planted Add",
        op: "Add",
        inputs: ["planted first", "planted nothing"],
        outputs: [logits],
        attributes: {},
      },
    ],
  });
}

function constantAdded(graph, value) {
  return inserted(withWeight(graph, "planted constant", [], Float32Array.of(value)), logitsOf(graph), "Add", {
    inputs: ["planted constant"],
  });
}

function pooledByMean(graph) {
  const node = nodesOf(graph, "MaxPool")[0];
  const { kernel_shape, strides, pads } = node.attributes;
  return exchangedFor(graph, node, "AveragePool", { kernel_shape, strides, ...(pads && { pads }) });
}

const PLANTS = [
  ["a convolution's window moved", moved],
  ["a convolution's window dilated", dilated],
  ["the stride of a block at another convolution", otherStride],
  ["a Relu removed", (graph) => inferred(removed(graph, at(relus(graph), 0.5)))],
  ["the first Relu removed", (graph) => inferred(removed(graph, relus(graph)[0]))],
  ["the last Relu removed", (graph) => inferred(removed(graph, relus(graph).at(-1)))],
  ["a Relu added to the logits", (graph) => inserted(graph, logitsOf(graph), "Relu")],
  [
    "a Relu added before the sum of a block",
    (graph) => inserted(graph, at(nodesOf(graph, "Add"), 0.5).inputs[0], "Relu"),
  ],
  ["a Relu6 in place of a Relu", (graph) => clipped(graph, at(relus(graph), 0.5), 6)],
  ["a Relu6 in place of the last Relu", (graph) => clipped(graph, relus(graph).at(-1), 6)],
  ["a clip above any value", (graph) => clipped(graph, at(relus(graph), 0.5), 1e6)],
  [
    "a LeakyRelu of 0.01 in place of a Relu",
    (graph) => exchangedFor(graph, at(relus(graph), 0.5), "LeakyRelu", { alpha: float(0.01) }),
  ],
  ["a residual dropped", (graph) => inferred(withoutResidual(graph))],
  ["max pool to average", pooledByMean],
  [
    "a pool without its padding's offset",
    (graph) => withAttributes(graph, nodesOf(graph, "MaxPool")[0], { pads: ints([0, 0, 2, 2]) }),
  ],
  [
    "ceil mode",
    (graph) => withAttributes(graph, nodesOf(graph, "MaxPool")[0], { ceil_mode: int(1), pads: ints([0, 0, 0, 0]) }),
  ],
  ["groups merged wrongly", wrongGroups],
  ["a Softmax added", (graph) => inserted(graph, logitsOf(graph), "Softmax", { attributes: { axis: int(1) } })],
  ["a LogSoftmax added", (graph) => inserted(graph, logitsOf(graph), "LogSoftmax", { attributes: { axis: int(1) } })],
  ["all logits +1e-3", (graph) => constantAdded(graph, 1e-3)],
  ["NCHW taken as NHWC", wrongLayout],
  ["image 0's answer for the whole batch", firstOnly],
];

/** Each gives another graph. */
export const GRAPH_PLANTS = PLANTS.map(([name, plant]) => ({
  name,
  theme: "graph",
  plant: ({ graph }) => plant(graph),
}));
