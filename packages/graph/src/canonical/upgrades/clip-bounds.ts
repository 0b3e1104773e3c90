import { readAttribute } from "@samoyed/ir";
import type { NodeRule } from "../rule.ts";

/*
 * Before operator set 11, Clip's bounds are attributes:
 *
 *   Clip(x, min = 0, max = 6) = Clip(x, 0, 6)     a bound that is absent is open
 */

/** Gives bounds that were attributes as inputs. */
export const clipBounds: NodeRule = {
  name: "clipBounds",
  ops: ["Clip"],
  applies: (_, view) => view.opset < 11,
  check: (node, view) => (view.type(node.inputs[0]!) === undefined ? "the type of its input is not known" : undefined),
  expand(node, emit) {
    const { dtype } = emit.view.type(node.inputs[0]!)!;
    const bound = (name: string): string => {
      const value = readAttribute(node, name, "float");
      return value === undefined ? "" : emit.scalar(value, dtype);
    };
    emit.result("Clip", [node.inputs[0]!, bound("min"), bound("max")]);
  },
};
