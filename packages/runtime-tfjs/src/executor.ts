import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine.ts";
import { makeGraphModel } from "./graph-model.ts";
import type { LoadedWeights } from "./load-weights.ts";
import type { Model } from "@samoyed/tfjs-file";

/** A graph over weights that are on an engine, ready to be computed; both calls while the engine is the current one. */
export interface Executor {
  /**
   * Computes the values of outputs and nodes, by name, from tensors by the inputs' names. The tensors that it gives are
   * the caller's.
   */
  execute(inputs: Readonly<Record<string, Tensor>>, names: readonly string[]): readonly Tensor[];
  /** Frees the weights as well. */
  dispose(): void;
}

/** TensorFlow.js's own: one call of the engine for each node. */
export function stepwiseExecutor(tf: Tf, model: Model, loaded: LoadedWeights): Executor {
  const graph = makeGraphModel(tf, model, loaded);
  const weights = new Set(Object.values(loaded.tensors).map(({ id }) => id));
  return {
    execute(inputs, names) {
      const given = graph.execute({ ...inputs }, [...names]);
      // A constant that is asked for is the weight itself.
      return (Array.isArray(given) ? given : [given]).map((tensor) =>
        weights.has(tensor.id) ? tensor.clone() : tensor,
      );
    },
    dispose: () => graph.dispose(),
  };
}
