import { castTensor, type Tensor, UnsupportedError } from "@samoyed/core";
import { interpret, widenHalves, widenToFloat64 } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import type { Inputs, ModelReference, Outputs } from "./model-reference.ts";
import { outputNoise } from "./output-noise.ts";

/**
 * How many times as far from float64 PyTorch's float32 is taken to be as that of the interpreter, which sums in float64
 * and rounds each operator's result once. Measured for the rms of twelve networks of the census
 * (tools/sweep-interpreter.mjs): 2.9 to 26, 4 in the middle; less than that, so that the gate is not wider than one from
 * PyTorch itself.
 */
export const NOISE_FACTOR = 3;

/** Options of `interpretedReference`. */
export interface InterpretedOptions {
  /** Where the graph comes from: the name of a checkpoint or of a model's file. */
  readonly from: string;
  readonly onRun: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a graph in float64 and float32 by Samoyed's interpreter, which shares no kernel with any engine.
 *
 * @throws UnsupportedError for an operator that it does not compute, or values too large for it.
 * @throws AbortedError when the signal fires.
 */
export async function interpretedReference(
  source: Graph,
  runs: readonly Inputs[],
  { from, onRun, signal }: InterpretedOptions,
): Promise<ModelReference> {
  // What a network computes in half precision, artifacts compute in float32.
  const { graph } = widenHalves(source);
  const wide = widenToFloat64(graph);
  const computed: { readonly float64: Outputs; readonly float32: Outputs }[] = [];
  for (const [index, given] of runs.entries()) {
    const inputs = namedAs(graph, given);
    computed.push({
      float64: await interpret(wide, mapTensors(inputs, widened), { signal }),
      float32: await interpret(graph, inputs, { signal }),
    });
    onRun(index + 1);
  }
  return {
    kind: "interpreted",
    statement: `interpreted: Samoyed's own interpreter ran the network of ${from} in float64, before any rewrite. That proves rewrites, formats and kernels; it cannot prove that the network was read as PyTorch runs it`,
    runs: computed.map(({ float64 }) => float64),
    noise: outputNoise(computed, NOISE_FACTOR),
  };
}

function widened(tensor: Tensor): Tensor {
  return tensor.dtype === "float32" ? castTensor(tensor, "float64") : tensor;
}

function mapTensors(inputs: Inputs, change: (tensor: Tensor) => Tensor): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, change(tensor)]));
}

/** Inputs under the graph's names; a model with one input may call it otherwise. */
function namedAs({ inputs: ports, name }: Graph, inputs: Inputs): Inputs {
  const given = Object.keys(inputs);
  if (given.length === ports.length && ports.every((port) => Object.hasOwn(inputs, port.name))) return inputs;
  if (given.length === 1 && ports.length === 1) return { [ports[0]!.name]: inputs[given[0]!]! };
  throw new UnsupportedError(
    `the network ${name} takes ${ports.map((port) => port.name).join(", ")}; the model takes ${given.join(", ")}`,
  );
}
