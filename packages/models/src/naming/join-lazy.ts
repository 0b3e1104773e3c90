import { elementCount, lazyFromChunks, type LazyTensor, type ReadOptions, type Shape } from "@samoyed/core";

/** Joins tensors of one dtype along their first axis; they are read one after another. */
export function joinLazy(name: string, parts: readonly LazyTensor[]): LazyTensor {
  const [
    {
      dtype,
      shape: [, ...rest],
    },
  ] = parts as [LazyTensor];
  const shape: Shape = [parts.reduce((sum, part) => sum + part.shape[0]!, 0), ...rest];
  return lazyFromChunks({ name, dtype, shape }, async function* (options: ReadOptions) {
    for (const part of parts) yield* part.chunks(options);
  });
}

/** Reverses a tensor's second axis: images in BGR become images in RGB. */
export function reverseChannels(lazy: LazyTensor): LazyTensor {
  const { name, dtype, shape } = lazy;
  const [, channels = 1, ...window] = shape;
  return lazyFromChunks({ name, dtype, shape }, async function* (options: ReadOptions) {
    const bytes = await lazy.read(options);
    const plane = (bytes.byteLength / elementCount(shape)) * elementCount(window);
    const reversed = new Uint8Array(bytes.byteLength);
    for (let start = 0; start < bytes.byteLength; start += plane) {
      const channel = (start / plane) % channels;
      reversed.set(bytes.subarray(start, start + plane), start + (channels - 1 - 2 * channel) * plane);
    }
    yield reversed;
  });
}

/** Reorders a tensor's last axis: place `i` of the result is place `order[i]` of the tensor. */
export function permuteLast(lazy: LazyTensor, order: readonly number[]): LazyTensor {
  const { name, dtype, shape } = lazy;
  return lazyFromChunks({ name, dtype, shape }, async function* (options: ReadOptions) {
    const bytes = await lazy.read(options);
    const size = bytes.byteLength / elementCount(shape);
    const row = size * order.length;
    const permuted = new Uint8Array(bytes.byteLength);
    for (let start = 0; start < bytes.byteLength; start += row) {
      for (const [to, from] of order.entries()) {
        permuted.set(bytes.subarray(start + from * size, start + (from + 1) * size), start + to * size);
      }
    }
    yield permuted;
  });
}
