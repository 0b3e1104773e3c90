// Faults in the weights of a converted model.
import { float16ArrayToFloat32, float32ArrayToFloat16 } from "@samoyed/core";
import { at, nodesOf, reweighted } from "./edit-graph.mjs";

const LAYERS = { first: 0, middle: 0.5, last: 1 };
/** Which weight of a layer, by its place among them in order of size; zeros of merged groups are not among them. */
const PLACES = { smallest: 0, median: 0.5, largest: 1 };
const CHANGES = {
  "+1 %": (value) => value * 1.01,
  "-1 %": (value) => value * 0.99,
  "with the other sign": (value) => -value,
  "set to zero": () => 0,
  NaN: () => Number.NaN,
  infinite: () => Infinity,
};

const layersOf = (graph) => nodesOf(graph, "Conv");
const weightOf = (graph, share) => at(layersOf(graph), share).inputs[1];
const classifierOf = (graph) => nodesOf(graph, "Gemm").at(-1);

function placeOf(data, share) {
  const places = Array.from(data.keys()).filter((place) => data[place] !== 0);
  return at(
    places.toSorted((a, b) => Math.abs(data[a]) - Math.abs(data[b])),
    share,
  );
}

const single = Object.entries(LAYERS).flatMap(([layer, where]) =>
  Object.entries(PLACES).flatMap(([size, share]) =>
    Object.entries(CHANGES).map(([change, apply]) => ({
      name: `the ${size} weight of the ${layer} layer ${change}`,
      plant: ({ graph }) =>
        reweighted(graph, weightOf(graph, where), (data) => {
          const place = placeOf(data, share);
          data[place] = apply(data[place]);
        }),
    })),
  ),
);

/** Changes every weight of every layer and of the classifier. */
async function everywhere(graph, change) {
  let changed = graph;
  for (const { inputs } of [...layersOf(graph), classifierOf(graph)]) {
    changed = await reweighted(changed, inputs[1], change);
  }
  return changed;
}

/** The next float32 away from zero. */
function nextUp(data) {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let place = 0; place < bits.length; place++) if (data[place] !== 0) bits[place]++;
}

function noise(data) {
  let state = 1;
  for (let place = 0; place < data.length; place++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[place] *= 1 + 1e-5 * (state / 2 ** 31 - 1);
  }
}

function toBfloat16(data) {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let place = 0; place < bits.length; place++) bits[place] = ((bits[place] + 0x8000) >>> 16) << 16;
}

function toFloat16(data) {
  return float16ArrayToFloat32(float32ArrayToFloat16(data));
}

/** Exchanges two rows along the first axis. */
function exchange(data, [rows], first, second) {
  const size = data.length / rows;
  const kept = data.slice(first * size, (first + 1) * size);
  data.copyWithin(first * size, second * size, (second + 1) * size);
  data.set(kept, second * size);
}

/** Turns each filter `[height, width]` of a layer's first output into its transpose. */
function transposeFilter(data, [, channels, height, width]) {
  const old = data.slice(0, channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        data[(channel * height + row) * width + column] = old[(channel * height + column) * width + row];
      }
    }
  }
}

const filtered = (graph) => layersOf(graph).find((node) => graph.initializers.get(node.inputs[1]).shape[2] > 1);
const biases = (graph) => layersOf(graph).filter((node) => node.inputs[2]);

const whole = [
  ["all weights one step up", ({ graph }) => everywhere(graph, nextUp)],
  ["all weights with noise of 1e-5", ({ graph }) => everywhere(graph, noise)],
  ...Object.entries(LAYERS).flatMap(([layer, where]) => [
    [
      `two outputs of the ${layer} layer exchanged`,
      ({ graph }) => reweighted(graph, weightOf(graph, where), (data, shape) => exchange(data, shape, 0, 1)),
    ],
    [`the ${layer} layer in float16`, ({ graph }) => reweighted(graph, weightOf(graph, where), toFloat16)],
    [`the ${layer} layer in bfloat16`, ({ graph }) => reweighted(graph, weightOf(graph, where), toBfloat16)],
  ]),
  ["one filter transposed", ({ graph }) => reweighted(graph, filtered(graph).inputs[1], transposeFilter)],
  [
    "two rows of the classifier exchanged",
    ({ graph }) => reweighted(graph, classifierOf(graph).inputs[1], (data, shape) => exchange(data, shape, 3, 4)),
  ],
  [
    "the classifier 1.001 times as large",
    ({ graph }) =>
      reweighted(graph, classifierOf(graph).inputs[1], (data) => data.forEach((x, i) => (data[i] = x * 1.001))),
  ],
  [
    "the classifier's bias missing",
    ({ graph }) => reweighted(graph, classifierOf(graph).inputs[2], (data) => void data.fill(0)),
  ],
  [
    "the classifier's bias +1e-4",
    ({ graph }) =>
      reweighted(graph, classifierOf(graph).inputs[2], (data) => data.forEach((x, i) => (data[i] = x + 1e-4))),
  ],
  [
    "one bias of the classifier +1e-3",
    ({ graph }) => reweighted(graph, classifierOf(graph).inputs[2], (data) => void (data[3] += 1e-3)),
  ],
  [
    "a layer's bias missing",
    ({ graph }) => reweighted(graph, at(biases(graph), 0.5).inputs[2], (data) => void data.fill(0)),
  ],
  [
    "a layer's bias +1e-4",
    ({ graph }) =>
      reweighted(graph, at(biases(graph), 0.5).inputs[2], (data) => data.forEach((x, i) => (data[i] = x + 1e-4))),
  ],
  [
    "the bias of another layer",
    async ({ graph }) => {
      const [one] = biases(graph);
      const size = graph.initializers.get(one.inputs[2]).shape[0];
      const other = biases(graph).find(
        (node) => node !== one && graph.initializers.get(node.inputs[2]).shape[0] === size,
      );
      const nodes = graph.nodes.map((node) =>
        node === one ? { ...node, inputs: [node.inputs[0], node.inputs[1], other.inputs[2]] } : node,
      );
      return { ...graph, nodes };
    },
  ],
].map(([name, plant]) => ({ name, plant }));

/** Each gives another graph. */
export const WEIGHT_PLANTS = [...single, ...whole].map((one) => ({ ...one, theme: "weights" }));
