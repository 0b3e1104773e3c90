import type { Shape } from "@samoyed/core";
import { LANES } from "@samoyed/smyd-file";
import { stridedCopy } from "./copy-steps.ts";
import type { Lowering } from "./lowering.ts";
import { type Place, plainStrides, viewOf } from "./places.ts";
import type { CopyStep, StridedView } from "./steps.ts";

/** What the axes of a computed weight are. */
export interface WeightAxes {
  readonly groups: readonly number[];
  /** Output channels of a group. */
  readonly outputs: number;
  /** What is summed over, outermost first. */
  readonly depth: readonly number[];
}

/**
 * Packs weights of one shape at run time as `panel8` has them, one after another: [weights][groups][O/8][K][8]. What is
 * in the unused lanes of the last panel is left as it was: no kernel stores what comes of it.
 */
export function packPanels(lowering: Lowering, weights: readonly Place[], axes: WeightAxes): Place {
  const { shape } = weights[0]!;
  const sizes = (of: readonly number[]): number[] => of.map((axis) => shape[axis]!);
  const blocks = Math.ceil(shape[axes.outputs]! / LANES);
  const panels = [...sizes(axes.groups), blocks, ...sizes(axes.depth), LANES];
  const length = panels.reduce((product, size) => product * size, 1);
  const packed = lowering.temporary([weights.length, length], "plain");
  lowering.push({
    reads: weights,
    writes: packed,
    emit: () =>
      weights.flatMap((weight, index) => {
        const to = { address: packed.buffer.address + 4 * index * length, strides: plainStrides(panels) };
        return panelCopies(viewOf(weight), to, { shape, axes });
      }),
  });
  return packed;
}

/** Copies the panels that are full, and then the lanes that the last one has. */
function panelCopies(
  from: StridedView,
  to: StridedView,
  { shape, axes: { groups, outputs, depth } }: { readonly shape: Shape; readonly axes: WeightAxes },
): readonly CopyStep[] {
  const block = LANES * from.strides[outputs]!;
  const strides = [...groups, outputs, ...depth, outputs].map((axis) => from.strides[axis]!).with(groups.length, block);
  const copy = (first: number, blocks: number, lanes: number): CopyStep =>
    stridedCopy(
      { address: from.address + first * block, strides },
      { address: to.address + first * to.strides[groups.length]!, strides: to.strides },
      [...groups.map((axis) => shape[axis]!), blocks, ...depth.map((axis) => shape[axis]!), lanes],
    );
  const whole = Math.floor(shape[outputs]! / LANES);
  const rest = shape[outputs]! % LANES;
  return [...(whole > 0 ? [copy(0, whole, LANES)] : []), ...(rest > 0 ? [copy(whole, 1, rest)] : [])];
}
