import type { Executor, LoadedWeights, Tf } from "./engine-source.ts";
import { makeGraphModel } from "./graph-model.ts";
import type { Model } from "@samoyed/tfjs-file";

/** Makes TensorFlow.js's own executor: one call of the engine for each node. */
export function stepwiseExecutor(tf: Tf, model: Model, loaded: LoadedWeights): Executor {
  const graph = makeGraphModel(tf, model, loaded);
  const weights = new Set(Object.values(loaded.tensors).map(({ id }) => id));
  return {
    execute(inputs, names) {
      const given = graph.execute({ ...inputs }, [...names]);
      // A requested constant is the weight itself.
      return (Array.isArray(given) ? given : [given]).map((tensor) =>
        weights.has(tensor.id) ? tensor.clone() : tensor,
      );
    },
    dispose: () => graph.dispose(),
  };
}
