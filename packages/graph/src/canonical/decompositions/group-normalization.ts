import { lazyTensor } from "@samoyed/core";
import { float, readFloat, readInt } from "@samoyed/ir";
import { tensorOf } from "../../interpreter/elements.ts";
import { knownInput, reshapeTarget } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";
import { coarseInput, floatType } from "./floats.ts";

/*
 * A group of channels is normalized as one channel of InstanceNormalization:
 *
 *   y = InstanceNormalization(Reshape(x, [N, G, −1]), γ, β)
 *   operator set 18: γ, β are the node's own, one for each group;     GroupNormalization(x) = Reshape(y, x's shape)
 *   since 21:        γ = 1, β = 0, and the node's own are by channel; GroupNormalization(x) = Reshape(y, …) · scale + bias
 */

/** Spells GroupNormalization by InstanceNormalization. */
export const groupNormalization: NodeRule = {
  name: "groupNormalization",
  ops: ["GroupNormalization"],
  into: ["Reshape", "InstanceNormalization", "Mul", "Add"],
  check: coarseInput,
  expand(node, emit) {
    const [x, scale, bias] = node.inputs as [string, string, string];
    const { shape } = knownInput(node, emit.view);
    const dtype = floatType(node, emit.view);
    const groups = readInt(node, "num_groups", 1);
    const byChannel = emit.view.opset >= 21;
    const filled = (name: string, value: number): string => {
      const tensor = tensorOf({ dtype, shape: [groups] }, new Float64Array(groups).fill(value));
      return emit.weight(lazyTensor(`${node.name}.${name}`, tensor));
    };
    const rows = emit.node("Reshape", [x, emit.ints([0, groups, -1])]);
    const parameters = byChannel ? [filled("one", 1), filled("zero", 0)] : [scale, bias];
    const epsilon = float(readFloat(node, "epsilon", 1e-5));
    const normal = emit.node("InstanceNormalization", [rows, ...parameters], { epsilon });
    const target = reshapeTarget(shape.slice(0, 1), shape);
    const back = [normal, target === undefined ? emit.node("Shape", [x]) : emit.ints(target)];
    if (!byChannel) {
      emit.result("Reshape", back);
      return;
    }
    const perChannel = emit.ints([-1, ...shape.slice(2).map(() => 1)]);
    const scaled = emit.node("Mul", [emit.node("Reshape", back), emit.node("Reshape", [scale, perChannel])]);
    emit.result("Add", [scaled, emit.node("Reshape", [bias, perChannel])]);
  },
};
