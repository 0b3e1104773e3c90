import { lazyTensor, type LazyTensor, type Tensor } from "@samoyed/core";
import { type Node } from "@samoyed/ir";
import { computedWeight } from "../folding/computed-weight.ts";
import { FoldPlan, knownIntegers, usedOutputs } from "../folding/fold-plan.ts";
import { computeNode } from "../interpret.ts";
import { tensorOf } from "../interpreter/elements.ts";
import type { TensorType } from "../interpreter/interpreter.ts";
import type { GraphView } from "./graph-view.ts";
import { defineRewrite, type Rewrite } from "./rewrite.ts";

/*
 * A node whose inputs never change gives the same output every time: its outputs become initializers, which the
 * interpreter computes when they are read. So does a shape that is known although the value it is taken from is not.
 *
 *   y = MatMul(x, Transpose(w))     y = MatMul(x, w')
 *
 * No weight is read here: small results of tensors in memory are computed at once, so that shapes can be inferred from
 * them, all others when they are read.
 */

interface Match {
  readonly node: Node;
  readonly plan: FoldPlan;
}

const plans = new WeakMap<GraphView, FoldPlan>();

function planOf(view: GraphView): FoldPlan {
  const present = plans.get(view);
  if (present !== undefined) return present;
  const plan = new FoldPlan(view);
  plans.set(view, plan);
  return plan;
}

/** The outputs of a node whose operands are in memory. */
function computeNow(node: Node, view: GraphView): readonly Tensor[] {
  const tensors = new Map<string, Tensor>();
  for (const [attribute, { type, value }] of Object.entries(node.attributes)) {
    if (type === "tensor") tensors.set(attribute, value.tensor!);
  }
  const inputs = node.inputs.map((name) => view.initializer(name)?.tensor);
  return computeNode(node, { opset: view.opset, inputs, tensors });
}

/** Makes constants of nodes whose inputs are constants. */
export const foldConstants: Rewrite = defineRewrite<Match>({
  name: "foldConstants",
  pattern(node, view) {
    const plan = planOf(view);
    const known = knownIntegers(node, view) !== undefined;
    // An operand whose own node was left is not constant after all.
    const present = known || node.inputs.every((name) => name === "" || view.initializer(name) !== undefined);
    return present && plan.isConstant(node) ? { node, plan } : undefined;
  },
  check: ({ node, plan }) => plan.declined(node),
  rewrite({ node, plan }, view) {
    const known = knownIntegers(node, view);
    const type = (name: string): TensorType => view.type(name) as TensorType;
    let make: (name: string) => LazyTensor;
    if (known !== undefined) {
      make = (name) => lazyTensor(name, tensorOf(type(name), Float64Array.from(known)));
    } else if (plan.isKept(node)) {
      const results = computeNow(node, view);
      make = (name) => lazyTensor(name, results[node.outputs.indexOf(name)]!);
    } else {
      const recipe = { node, opset: view.opset, operands: node.inputs.map((name) => view.initializer(name)) };
      const steps = plan.steps(node);
      make = (name) => {
        const output = node.outputs.indexOf(name);
        return computedWeight({ name, ...type(name) }, { recipe, output, steps });
      };
    }
    return { remove: [node], initializers: usedOutputs(node, view).map(make) };
  },
});
