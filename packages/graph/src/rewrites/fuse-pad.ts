import {
  type AxisPadding,
  type Attribute,
  int,
  ints,
  type Node,
  readAttribute,
  readInt,
  readInts,
  readPadding,
  readString,
} from "@samoyed/ir";
import type { GraphView } from "./graph-view.ts";
import { defineRewrite, type Rewrite } from "./rewrite.ts";

/*
 * Convolutions and pools pad by themselves. A Pad before one is the same padding where it adds what they would add:
 *
 *   Conv         zeros: always, pads add up
 *   AveragePool  zeros that count: the pool's own padding must count too (count_include_pad), or be none
 *   MaxPool      −∞: always; zeros: where nothing is negative and every window sees the input, for max(0, x) = x then
 *
 * Only the spatial axes may be padded, and by no negative amount. The pools' padding must stay below the kernel's size
 * (engines require it), and their output's size must be floored (with ceil_mode, windows that begin in own padding are
 * dropped, and windows that begin in a Pad's are not).
 */

interface Match {
  readonly pad: Node;
  readonly window: Node;
}

const WINDOWS: ReadonlySet<string> = new Set(["Conv", "AveragePool", "MaxPool"]);

/** Operators whose results are never negative. */
const NON_NEGATIVE: ReadonlySet<string> = new Set([
  "Relu",
  "Sigmoid",
  "HardSigmoid",
  "Softplus",
  "Abs",
  "Exp",
  "Softmax",
]);

function padding(pad: Node, view: GraphView): AxisPadding | undefined {
  const rank = view.type(pad.inputs[0]!)?.shape.length;
  if (rank === undefined) return undefined;
  return readPadding({ node: pad, opset: view.opset, inputs: inputsOf(pad) }, rank, (index) =>
    view.integers(pad.inputs[index] ?? ""),
  );
}

function inputsOf(node: Node): readonly (string | undefined)[] {
  return node.inputs.map((name) => (name === "" ? undefined : name));
}

/** The padded value: 0 by default, an attribute before opset 11; `undefined` when it is not known. */
function fillValue(pad: Node, view: GraphView): number | undefined {
  if (view.opset < 11) return readAttribute(pad, "value", "float") ?? 0;
  const name = pad.inputs[2] ?? "";
  if (name === "") return 0;
  const tensor = view.initializer(name)?.tensor;
  return tensor === undefined || tensor.dtype === "float16" || tensor.dtype === "bfloat16"
    ? undefined
    : Number(tensor.data[0]);
}

function checkFill({ pad, window }: Match, view: GraphView): string | undefined {
  const fill = fillValue(pad, view);
  if (fill === undefined) return "the padded value is not known";
  if (window.op === "MaxPool") {
    if (fill === Number.NEGATIVE_INFINITY) return undefined;
    const maker = view.producer(pad.inputs[0]!);
    if (fill !== 0 || maker === undefined || !NON_NEGATIVE.has(maker.op)) {
      return `the padded value is ${fill}, which may be larger than what a window sees`;
    }
    return undefined;
  }
  return fill === 0 ? undefined : `the padded value is ${fill}; ${window.op} pads with 0`;
}

function checkPool({ pad, window }: Match, view: GraphView): string | undefined {
  if (readInt(window, "ceil_mode", 0) !== 0) return "the pool rounds its output's size up";
  const own = readInts(window, "pads") ?? [];
  const includePad = readInt(window, "count_include_pad", 0) !== 0;
  if (window.op === "AveragePool" && !includePad && own.some((value) => value !== 0)) {
    return "the pool does not count its own padding, and must count the Pad's";
  }
  if ((readInts(window, "dilations") ?? []).some((value) => value !== 1)) return "the pool is dilated";
  const kernel = readInts(window, "kernel_shape") ?? [];
  const total = addedPads(own, padding(pad, view)!);
  if (total.some((value, index) => value >= kernel[index % kernel.length]!)) {
    return "the padding would reach the size of the pool's kernel";
  }
  return undefined;
}

/** `pads` of the window with the Pad's added: all begins, then all ends. */
function addedPads(own: readonly number[], { begin, end }: AxisPadding): readonly number[] {
  return [...begin.slice(2), ...end.slice(2)].map((value, index) => value + (own[index] ?? 0));
}

/** Lets a convolution or pool do the padding that a Pad before it does. */
export const fusePad: Rewrite = defineRewrite<Match>({
  name: "fusePad",
  pattern(window, view) {
    if (!WINDOWS.has(window.op)) return undefined;
    const pad = view.producer(window.inputs[0]!);
    return pad?.op === "Pad" ? { pad, window } : undefined;
  },
  check(match, view) {
    const { pad, window } = match;
    const between = pad.outputs[0]!;
    if (view.isOutput(between)) return `"${between}", between the two, is a graph output`;
    if (view.consumers(between).length > 1) return `"${between}" is also used elsewhere`;
    const mode = readString(pad, "mode", "constant");
    if (mode !== "constant") return `its mode is "${mode}"`;
    const added = padding(pad, view);
    if (added === undefined) return "the padding is not known";
    const amounts = [...added.begin, ...added.end];
    if (amounts.some((amount) => amount < 0)) return "it cuts elements off";
    if (added.begin[0] !== 0 || added.begin[1] !== 0 || added.end[0] !== 0 || added.end[1] !== 0) {
      return "it pads the batch or the channels";
    }
    const autoPad = readString(window, "auto_pad", "NOTSET");
    if (autoPad !== "NOTSET" && autoPad !== "VALID") return `the ${window.op} has auto_pad ${autoPad}`;
    const filled = checkFill(match, view);
    if (filled !== undefined) return filled;
    return window.op === "Conv" ? undefined : checkPool(match, view);
  },
  rewrite({ pad, window }, view) {
    const valid = readString(window, "auto_pad", "NOTSET") === "VALID";
    const pads = addedPads(valid ? [] : (readInts(window, "pads") ?? []), padding(pad, view)!);
    const attributes: Record<string, Attribute> = {
      ...window.attributes,
      pads: ints(pads),
      ...(window.op === "AveragePool" && { count_include_pad: int(1) }),
    };
    delete attributes["auto_pad"];
    const fused: Node = { ...window, inputs: [pad.inputs[0]!, ...window.inputs.slice(1)], attributes };
    return { remove: [pad], replace: [[window, fused]] };
  },
});
