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
 * Packs a weight at run time as `panel8` has it, the groups one after another: [G][O/8][K][8]. What is in the unused
 * lanes of the last panel is left as it was: no kernel stores what comes of it.
 */
export function packPanels(lowering: Lowering, weight: Place, { groups, outputs, depth }: WeightAxes): Place {
  const sizes = (axes: readonly number[]): number[] => axes.map((axis) => weight.shape[axis]!);
  const count = weight.shape[outputs]!;
  const whole = Math.floor(count / LANES);
  const steps = sizes(depth).reduce((product, size) => product * size, 1);
  const panels = sizes(groups).reduce((product, size) => product * size, Math.ceil(count / LANES));
  const packed = lowering.temporary([panels, steps, LANES], "plain");
  lowering.push({
    reads: [weight],
    writes: packed,
    emit: () => {
      const from = viewOf(weight);
      const copy = (first: number, blocks: number, lanes: number): CopyStep => {
        const shape = [...sizes(groups), blocks, ...sizes(depth), lanes];
        const stride = from.strides[outputs]!;
        const strides = [...groups, outputs, ...depth, outputs].map((axis) => from.strides[axis]!);
        const input: StridedView = {
          address: from.address + first * LANES * stride,
          strides: strides.with(groups.length, LANES * stride),
        };
        const to = plainStrides([...sizes(groups), Math.ceil(count / LANES), ...sizes(depth), LANES]);
        return stridedCopy(input, { address: packed.buffer.address + first * to[groups.length]!, strides: to }, shape);
      };
      const rest = count % LANES;
      return [...(whole > 0 ? [copy(0, whole, LANES)] : []), ...(rest > 0 ? [copy(whole, 1, rest)] : [])];
    },
  });
  return packed;
}
