import { castLazy, lazyTensor, type LazyTensor, type Shape } from "@samoyed/core";
import type { GraphBuilder } from "@samoyed/graph";

/** Adds weights to a graph as float32, under their PyTorch names. */
export interface WeightScope {
  /** A tensor of the checkpoint, optionally in another shape of as many elements. */
  weight(name: string, options?: { readonly shape: Shape }): string;
  /** A float32 constant that is not in a checkpoint. A name always has the same values, and is written once. */
  constant(name: string, shape: Shape, values: readonly number[]): string;
  /** An int64 constant: a shape, or amounts of padding. */
  integers(name: string, values: readonly number[]): string;
}

/** The same elements in another shape; nothing is read. */
function reshapeLazy(lazy: LazyTensor, shape: Shape): LazyTensor {
  return {
    name: lazy.name,
    dtype: lazy.dtype,
    shape,
    ...(lazy.tensor && { tensor: { ...lazy.tensor, shape } }),
    read: (options) => lazy.read(options),
    chunks: (options) => lazy.chunks(options),
  };
}

/** Creates a scope for the weights of a checkpoint whose names and shapes have been checked. Nothing is read before the graph is written. */
export function weightScope(builder: GraphBuilder, tensors: ReadonlyMap<string, LazyTensor>): WeightScope {
  const constants = new Map<string, LazyTensor>();
  function once(name: string, create: () => LazyTensor): string {
    const tensor = constants.get(name) ?? create();
    constants.set(name, tensor);
    return builder.initializer(tensor);
  }
  return {
    weight(name, options) {
      const tensor = castLazy(tensors.get(name)!, "float32");
      return builder.initializer(options === undefined ? tensor : reshapeLazy(tensor, options.shape));
    },
    constant: (name, shape, values) =>
      once(name, () => lazyTensor(name, { dtype: "float32", shape, data: Float32Array.from(values) })),
    integers: (name, values) =>
      once(name, () =>
        lazyTensor(name, { dtype: "int64", shape: [values.length], data: BigInt64Array.from(values.map(BigInt)) }),
      ),
  };
}
