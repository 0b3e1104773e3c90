import { formatShape, type LazyTensor, reshapeLazy, type Shape } from "@samoyed/core";

const reshaped = new WeakMap<LazyTensor, Map<string, LazyTensor>>();

/** The same reshaped tensor each time, so that it is written once. */
export function reshapeOnce(lazy: LazyTensor, shape: Shape): LazyTensor {
  const known = reshaped.get(lazy) ?? new Map<string, LazyTensor>();
  reshaped.set(lazy, known);
  const key = formatShape(shape);
  const result = known.get(key) ?? reshapeLazy(lazy, shape);
  known.set(key, result);
  return result;
}
