import { dtypeFromOnnx, type Node, readAttribute, readInt, readInts } from "@samoyed/ir";
import type { GraphView } from "./graph-view.ts";
import { defineRewrite, type Rewrite } from "./rewrite.ts";

/*
 * f(x) = x: an Identity, a Dropout at inference, a Pad by nothing, a Transpose that leaves the axes in order, a Cast to
 * the type that the value has, an Expand or a Reshape to the shape that it has, a Concat of one value. Users of f(x) use x
 * instead. Where f(x) is a graph output its name must stay, so x takes that name at its source, and that only works when
 * a node makes x and x is not a graph output itself.
 */

interface Match {
  readonly node: Node;
  readonly source: string;
  readonly result: string;
}

function isIdentity(node: Node, view: GraphView): boolean {
  switch (node.op) {
    case "Identity":
    case "Dropout":
      return true;
    case "Cast": {
      const to = readAttribute(node, "to", "int");
      return to !== undefined && view.type(node.inputs[0]!)?.dtype === dtypeFromOnnx(to);
    }
    case "Concat":
      return node.inputs.length === 1;
    case "Pad": {
      const pads = view.opset < 11 ? readInts(node, "pads") : view.integers(node.inputs[1] ?? "");
      return pads !== undefined && pads.every((value) => value === 0);
    }
    case "Expand":
    case "Reshape": {
      const [from, to] = [node.inputs[0]!, node.outputs[0]!].map((name) => view.type(name)?.shape);
      return from !== undefined && to !== undefined && from.join() === to.join();
    }
    case "Transpose":
      return readInts(node, "perm")?.every((from, axis) => from === axis) ?? false;
    default:
      return false;
  }
}

/** Removes nodes that give back their input. */
export const dropIdentities: Rewrite = defineRewrite<Match>({
  name: "dropIdentities",
  pattern(node, view) {
    return isIdentity(node, view) ? { node, source: node.inputs[0]!, result: node.outputs[0]! } : undefined;
  },
  check({ node, source, result }, view) {
    if (node.op === "Dropout") {
      const mask = node.outputs[1] ?? "";
      if (mask !== "" && (view.isOutput(mask) || view.consumers(mask).length > 0)) return `its mask "${mask}" is used`;
      if ((node.inputs[2] ?? "") !== "") {
        const training = view.initializer(node.inputs[2]!)?.tensor?.data[0];
        if (training === undefined || Number(training) !== 0) return "it may be in training mode";
      }
      if (view.opset < 7 && readInt(node, "is_test", 0) === 0) return "it is in training mode";
    }
    if (!view.isOutput(result)) return undefined;
    if (view.producer(source) === undefined) {
      return `its output "${result}" is a graph output, and its input "${source}" is no node's to rename`;
    }
    if (view.isOutput(source)) return `its output "${result}" and its input "${source}" are both graph outputs`;
    return undefined;
  },
  rewrite({ node, source, result }, view) {
    if (!view.isOutput(result)) return { remove: [node], substitute: new Map([[result, source]]) };
    const maker = view.producer(source)!;
    const renamed: Node = { ...maker, outputs: maker.outputs.map((name) => (name === source ? result : name)) };
    return { remove: [node], replace: [[maker, renamed]], substitute: new Map([[source, result]]) };
  },
});
