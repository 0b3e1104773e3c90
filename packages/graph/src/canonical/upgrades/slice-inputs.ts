import { readInts } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 10, Slice's ranges are attributes:
 *
 *   Slice(x, starts = s, ends = e, axes = a) = Slice(x, s, e, a)
 */

/** Gives ranges that were attributes as inputs. */
export const sliceInputs: NodeRule = {
  name: "sliceInputs",
  ops: ["Slice"],
  applies: (_, view) => view.opset < 10,
  expand(node, emit) {
    const lists = ["starts", "ends", "axes"].flatMap((name) => {
      const values = readInts(node, name);
      return values === undefined ? [] : [emit.ints(values)];
    });
    emit.result("Slice", [node.inputs[0]!, ...lists]);
  },
};
