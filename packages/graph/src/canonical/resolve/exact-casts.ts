import { knownTensor, type Node, numbers, readInt } from "@samoyed/ir";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A float that is an integer from 0 to 255 is itself after it was a byte:
 *
 *   Cast(Cast(v, uint8), float32) = v
 */

const FLOAT = 1;
const UINT8 = 2;
const MOST = 255;

const numberOf = (name: string, view: GraphView): number | undefined => {
  const lazy = view.initializer(name);
  const tensor = lazy && knownTensor(lazy);
  return tensor?.data.length === 1 ? numbers(tensor)[0] : undefined;
};

function isBytes(name: string, view: GraphView): boolean {
  const node = view.producer(name);
  const input = node?.inputs[0] ?? "";
  if (node?.op === "Clip") return hasByteBounds(node, view) && isWhole(input, view);
  return node?.op === "Round" && view.producer(input)?.op === "Clip" && hasByteBounds(view.producer(input)!, view);
}

function hasByteBounds({ inputs }: Node, view: GraphView): boolean {
  const [low, high] = [1, 2].map((index) => numberOf(inputs[index] ?? "", view));
  return low === 0 && high === MOST;
}

function isWhole(name: string, view: GraphView): boolean {
  const node = view.producer(name);
  return (
    node?.op === "Round" || (node?.op === "Add" && node.inputs.every((input) => view.producer(input)?.op === "Round"))
  );
}

/** The float before it was a byte. */
function floatBefore(node: Node, view: GraphView): string | undefined {
  const inner = view.producer(node.inputs[0]!);
  if (readInt(node, "to", 0) !== FLOAT || inner?.op !== "Cast" || readInt(inner, "to", 0) !== UINT8) return undefined;
  const [value] = inner.inputs as [string];
  return view.type(value)?.dtype === "float32" && isBytes(value, view) ? value : undefined;
}

/** Removes casts to bytes and back of what is a byte already. */
export const exactCasts: NodeRule = {
  name: "exactCasts",
  ops: ["Cast"],
  applies: (node, view) => floatBefore(node, view) !== undefined,
  expand(node, emit) {
    emit.result("Identity", [floatBefore(node, emit.view)!]);
  },
};
