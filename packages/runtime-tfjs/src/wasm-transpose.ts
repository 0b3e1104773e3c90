import { elementCount } from "@samoyed/core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";

/** Axes up to which the engine moves rows; above, it finds each element's place on its own (`cc/transpose_impl.h`). */
const FAST_RANK = 4;

/** Axes, and for each place of the result the axis that comes there. */
interface Move {
  readonly sizes: readonly number[];
  readonly perm: readonly number[];
}

/**
 * Transposes a tensor on the wasm engine, which must be current; five axes and more in steps of at most four, which is over
 * a hundred times faster for the queries, keys and values of a batch of images.
 */
export function transposeOnWasm(core: Tf["core"], x: Tensor, perm: readonly number[]): Tensor {
  let move = merged({ sizes: x.shape, perm });
  if (move.sizes.length <= FAST_RANK) return core.transpose(x, [...perm]);
  return core.tidy(() => {
    let value = x;
    for (; move.sizes.length > FAST_RANK; move = merged(move)) {
      const step = firstStep(move);
      value = core.transpose(core.reshape(value, step.view), [0, 2, 1, 3]);
      move = step.rest;
    }
    const last = core.transpose(core.reshape(value, [...move.sizes]), [...move.perm]);
    return core.reshape(
      last,
      perm.map((axis) => x.shape[axis]!),
    );
  });
}

/** The same move without axes of one element, and with axes that stay together as one. */
function merged({ sizes, perm }: Move): Move {
  const groups: number[][] = [];
  for (const axis of perm) {
    if (sizes[axis] === 1) continue;
    const last = groups.at(-1);
    const between = last === undefined ? [] : sizes.slice(last.at(-1)! + 1, axis);
    if (last !== undefined && last.at(-1)! < axis && between.every((size) => size === 1)) last.push(axis);
    else groups.push([axis]);
  }
  const inOrder = groups.toSorted((a, b) => a[0]! - b[0]!);
  return {
    sizes: inOrder.map((group) => elementCount(group.map((axis) => sizes[axis]!))),
    perm: groups.map((group) => inOrder.indexOf(group)),
  };
}

/** Brings the first axis that is not in its place there, past all between: one exchange of two neighbors among four axes. */
function firstStep({ sizes, perm }: Move): { readonly view: [number, number, number, number]; readonly rest: Move } {
  const place = perm.findIndex((axis, own) => axis !== own);
  const from = perm[place]!;
  const count = (first: number, end?: number): number => elementCount(sizes.slice(first, end));
  const order = [...sizes.keys()].filter((axis) => axis !== from).toSpliced(place, 0, from);
  return {
    view: [count(0, place), count(place, from), sizes[from]!, count(from + 1)],
    rest: { sizes: order.map((axis) => sizes[axis]!), perm: perm.map((axis) => order.indexOf(axis)) },
  };
}
