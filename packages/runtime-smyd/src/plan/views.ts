import type { Shape } from "@samoyed/core";
import { type Buffer, isPlain, type Place, viewOf } from "./places.ts";

/** A view of a value's memory: a shape, and bytes from one index of each axis to the next. */
interface ViewShape {
  readonly shape: Shape;
  readonly strides: readonly number[];
  /** Bytes from the value's first element to the view's. */
  readonly offset?: number;
}

/** A buffer from an offset on: part of the same memory, with the same lifetime. */
function bufferAt(buffer: Buffer, offset: number): Buffer {
  const whole = buffer.whole ?? buffer;
  const start = (buffer.start ?? 0) + offset;
  if (start === 0) return whole;
  return {
    byteLength: whole.byteLength,
    fixed: whole.fixed,
    whole,
    start,
    get address() {
      return whole.address + start;
    },
    get first() {
      return whole.first;
    },
    get last() {
      return whole.last;
    },
  };
}

/** The same elements in memory as another value: `plain` or `pixels` where they are so, else `strided`. */
export function viewPlace(place: Place, { shape, strides, offset = 0 }: ViewShape): Place {
  const inside = viewOf({ ...place, buffer: { ...place.buffer, address: 0 } }).address;
  const view = { buffer: bufferAt(place.buffer, inside + offset), shape, border: 0 };
  const layouts = shape.length === 3 || shape.length === 4 ? (["pixels", "plain"] as const) : (["plain"] as const);
  const same = layouts
    .map((layout): Place => ({ ...view, layout }))
    .find((own) => viewOf(own).strides.every((stride, axis) => shape[axis] === 1 || stride === strides[axis]));
  return same ?? { ...view, layout: "strided", strides };
}

/** The view whose axis `i` is axis `perm[i]` of a value. */
export function permutedView(place: Place, perm: readonly number[]): Place {
  const { strides } = viewOf(place);
  return viewPlace(place, {
    shape: perm.map((axis) => place.shape[axis]!),
    strides: perm.map((axis) => strides[axis]!),
  });
}

/** The view of a value under another shape; `undefined` where its elements are not behind one another so. */
export function reshapedView(place: Place, shape: Shape): Place | undefined {
  if (isPlain(place)) return { ...place, layout: "plain", shape };
  const strides = reshapedStrides({ shape: place.shape, strides: viewOf(place).strides }, shape);
  return strides && viewPlace(place, { shape, strides });
}

/**
 * The strides of the same elements under another shape of as many; `undefined` where there are none. Axes that are
 * behind one another in memory are one, and are divided anew.
 */
export function reshapedStrides({ shape, strides }: ViewShape, to: Shape): number[] | undefined {
  const runs: { size: number; stride: number }[] = [];
  for (const [axis, size] of shape.entries()) {
    if (size === 1) continue;
    const last = runs.at(-1);
    if (last?.stride === strides[axis]! * size)
      runs[runs.length - 1] = { size: last.size * size, stride: strides[axis]! };
    else runs.push({ size, stride: strides[axis]! });
  }
  const result: number[] = [];
  let run = runs.pop() ?? { size: 1, stride: 4 };
  for (const size of to.toReversed()) {
    if (size > 1 && run.size === 1) run = runs.pop() ?? run;
    if (run.size % size !== 0) return undefined;
    result.unshift(run.stride);
    run = { size: run.size / size, stride: run.stride * size };
  }
  return result;
}

/** A new value of a view's shape, with its elements in the order in which the view has them, but without gaps. */
export function orderedStrides({ shape, strides }: ViewShape): number[] | undefined {
  if (strides.some((stride, axis) => stride <= 0 && shape[axis]! > 1)) return undefined;
  const order = [...shape.keys()].sort((a, b) => strides[a]! - strides[b]! || b - a);
  const result = shape.map(() => 0);
  let stride = 4;
  for (const axis of order) {
    result[axis] = stride;
    stride *= shape[axis]!;
  }
  return result;
}
