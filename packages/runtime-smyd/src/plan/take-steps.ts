import { isInteger } from "./integers.ts";
import { countElements } from "./limits.ts";
import type { LowerCall } from "./operator.ts";
import { axisOf } from "./parts.ts";
import type { Place } from "./places.ts";

/** float32's NaN as an integer. */
const NAN_BITS = 0x7fc00000;

/** Plans elements by index along an axis: whole runs behind it of one index, or each element of its own. */
export function lowerTake(
  call: LowerCall,
  data: Place,
  { axis, each }: { readonly axis: number; readonly each: boolean },
): void {
  const { fused, shape, lowering } = call;
  const [input, indices] = [lowering.plain(data), lowering.plain(lowering.place(fused.inputs[1]!))];
  const outer = countElements(input.shape.slice(0, axis), "a value");
  const inner = countElements(input.shape.slice(axis + 1), "a value");
  const count = each ? shape[axis]! : countElements(indices.shape, "indices");
  const output = lowering.create(fused.output, shape, "plain");
  lowering.give(fused.output, {
    reads: [input, indices],
    writes: output,
    emit: () => [
      {
        kind: "take",
        input: input.buffer.address,
        output: output.buffer.address,
        indices: indices.buffer.address,
        indexStrides: each ? [4 * count * inner, 4 * inner, 4] : [0, 4, 0],
        outer,
        size: input.shape[axis]!,
        count,
        inner,
        missing: isInteger(call.dtypeOf(fused.inputs[0]!)) ? 0 : NAN_BITS,
      },
    ],
  });
}

/** Plans a Gather whose indices are computed at run time. */
export function lowerComputedGather(call: LowerCall): void {
  const data = call.lowering.place(call.fused.inputs[0]!);
  lowerTake(call, data, { axis: axisOf(call, data.shape.length, 0), each: false });
}
