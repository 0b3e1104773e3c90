// Whether two graphs of one state dict compute the same: by their structure, or else by what they give for a seeded image.
import { readTensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { standInTensor } from "@samoyed/golden";
import { graphDifference } from "./same-graph.mjs";

const SEED = "two-graphs-1";
/** A multiple of all strides. */
const SIDE = 64;
/** No tensor is all one number: what takes another one's place must show. */
function fillOf(name, shape) {
  if (name.endsWith("num_batches_tracked")) return { kind: "constant", value: 0 };
  if (shape.length > 1) return { kind: "normal", std: Math.sqrt(2 / shape.slice(1).reduce((a, b) => a * b)) };
  return { kind: "normal", std: 0.1, mean: /(?:weight|running_var)$/u.test(name) ? 1 : 0 };
}

/** A seeded state dict of an architecture's parameters; its elements are made when they are read. */
export function seededState(parameters) {
  const tensors = [...parameters].map(([name, { shape, dtype }]) =>
    standInTensor({
      name,
      shape,
      dtype: dtype === "int64" ? "int64" : "float32",
      fill: fillOf(name, shape),
      seed: SEED,
    }),
  );
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function seededImage({ name, dtype, shape: [, channels, ...sides] }) {
  const shape = [1, channels, ...sides.map((side) => (typeof side === "number" ? side : SIDE))];
  return readTensor(standInTensor({ name, dtype, shape, fill: { kind: "normal", std: 1 }, seed: SEED }));
}

/**
 * Compares two graphs whose input is an image and whose weights are those of `tensors`, not folded.
 *
 * The interpreter computes each node in float64 and rounds once: what is the same sum, written otherwise, is the same number.
 *
 * @param tensors a state dict; its elements are read only where the structures differ.
 * @returns "structure" or "numbers": by what they are known to compute the same.
 * @throws Error where they do not.
 */
export async function compareGraphs(a, b, tensors) {
  const difference = await graphDifference(a, b, new Set(tensors.keys()));
  if (difference === undefined) return "structure";
  const image = await seededImage(a.inputs[0]);
  const [ours, theirs] = [
    await interpret(a, { [a.inputs[0].name]: image }),
    await interpret(b, { [b.inputs[0].name]: image }),
  ];
  for (const [place, { name }] of a.outputs.entries()) {
    const [first, second] = [ours.get(name).data, theirs.get(b.outputs[place].name).data];
    const at = first.findIndex((value, index) => value !== second[index]);
    if (at >= 0) throw new Error(`${difference}; ${name} is ${first[at]} and ${second[at]} at ${at}`);
  }
  return "numbers";
}
