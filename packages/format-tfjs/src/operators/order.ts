import { type Node, normalizeAxis, readInt } from "@samoyed/ir";
import type { Emitter } from "../emitter.ts";
import { intsAttr, typeAttr } from "../tf-graph.ts";
import { type Computed, laidOut } from "../value.ts";
import { axisIn, commonLayout } from "./expression.ts";
import { range } from "./indexing.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, parameter, unsupported } from "./operator.ts";
import { select } from "./select.ts";

const FLOAT = { T: typeAttr("float32") };
const INT = { T: typeAttr("int32") };

/** More than any place, and exact in float32. */
const NOWHERE = 2 ** 24;

/** The places of the best elements along an axis, and what they are compared with. */
interface Places {
  readonly layout: Computed["layout"];
  /** The axis in that layout. */
  readonly at: number;
  /** 0, 1, 2, … as float32 along the axis. */
  readonly along: string;
  /** The place, as float32; the axis has size 1. */
  readonly place: string;
}

/**
 * The first or last place of an axis's largest or smallest element: the least or greatest of the places whose element
 * equals it. TensorFlow.js's ArgMax takes any of several equal elements on WebGPU.
 */
function bestPlace(
  node: Node,
  axis: number,
  {
    smallest,
    last,
    layout,
    emitter,
  }: {
    readonly smallest: boolean;
    readonly last: boolean;
    readonly layout: Computed["layout"];
    readonly emitter: Emitter;
  },
): Places {
  const x = inputOf(node, 0, emitter);
  const at = axisIn(axis, layout);
  const size = x.shape[axis]!;
  const hint = `${emitter.nameOf(node.outputs[0]!)}/place`;
  const ref = emitter.inLayout(x, layout);
  const [axes, keep] = [emitter.ints([at]), { keep_dims: { b: true } }];
  const best = emitter.emit(smallest ? "Min" : "Max", [ref, axes], { hint, attr: { ...FLOAT, ...keep } });
  const equal = emitter.emit("Equal", [ref, best], { hint, attr: FLOAT });
  const numbers = range(size, { step: 1, hint, emitter });
  if (numbers === undefined) throw unsupported(node, "looks along a size that is open");
  const floats = emitter.emit("Cast", [numbers], {
    hint,
    attr: { SrcT: typeAttr("int32"), DstT: typeAttr("float32") },
  });
  const sizes = x.shape.map((_, other) => (other === at ? size : 1));
  const along = emitter.reshape(floats, sizes, { hint });
  const shape = laidOut(x.shape, layout);
  const none = emitter.float(last ? -1 : NOWHERE);
  const places = select(equal, [along, none], { shape, shapes: [shape, sizes, []], hint, emitter });
  const place = emitter.emit(last ? "Max" : "Min", [places, axes], { hint, attr: { ...FLOAT, ...keep } });
  return { layout, at, along, place };
}

/** The place of the largest or smallest element, the first or the last of several. */
const lowerArg: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const axis = normalizeAxis(node, readInt(node, "axis", 0), rank);
  const keep = readInt(node, "keepdims", 1) !== 0;
  const [smallest, last] = [node.op === "ArgMin", readInt(node, "select_last_index", 0) !== 0];
  const layout = keep ? commonLayout([x], rank) : "plain";
  const { at, place } = bestPlace(node, axis, { smallest, last, layout, emitter });
  const hint = `${emitter.nameOf(output)}/place`;
  const attr = { SrcT: typeAttr("float32"), DstT: typeAttr("int32") };
  const squeezed = keep ? place : emitter.emit("Squeeze", [place], { hint, attr: { squeeze_dims: intsAttr([at]) } });
  emitter.give(output, "Cast", [squeezed], { layout, attr });
};

/** One at the first largest element along an axis, zero elsewhere. */
const lowerHardmax: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const axis = normalizeAxis(node, readInt(node, "axis", -1), x.shape.length);
  const layout = commonLayout([x], x.shape.length);
  const { along, place } = bestPlace(node, axis, { smallest: false, last: false, layout, emitter });
  const hit = emitter.emit("Equal", [place, along], { hint: `${emitter.nameOf(output)}/place`, attr: FLOAT });
  const cast = emitter.castToFloat(hit, "bool", `${emitter.nameOf(output)}/place`);
  emitter.give(output, "Mul", [cast, emitter.float(1)], { layout, attr: FLOAT });
};

/** Running sums along an axis. */
const lowerCumSum: Lower = async (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const axis = normalizeAxis(node, (await parameter(node, 1, emitter))?.[0] ?? 0, x.shape.length);
  const flags = { exclusive: readInt(node, "exclusive", 0) !== 0, reverse: readInt(node, "reverse", 0) !== 0 };
  const attr = { exclusive: { b: flags.exclusive }, reverse: { b: flags.reverse } };
  emitter.give(output, "Cumsum", [emitter.plain(x), emitter.scalar(axis)], { layout: "plain", attr });
};

/** The largest or smallest elements along an axis, best first: TensorFlow's are the largest, along the last axis. */
const lowerTopK: Lower = async (node, emitter) => {
  const x = inputOf(node, 0, emitter);
  const k = (await parameter(node, 1, emitter))?.[0];
  const rank = x.shape.length;
  if (k === undefined) throw unsupported(node, "has a k that is no constant");
  if (x.dtype !== "float32" && x.dtype !== "int32" && x.dtype !== "int64") throw unsupported(node, `orders ${x.dtype}`);
  const axis = normalizeAxis(node, readInt(node, "axis", -1), rank);
  const largest = readInt(node, "largest", 1) !== 0;
  const hint = `${emitter.nameOf(node.outputs.find((name) => name !== "")!)}/order`;
  const swap = x.shape.map((_, other) => (other === axis ? rank - 1 : other === rank - 1 ? axis : other));
  const moved = axis !== rank - 1;
  const negate = (ref: string): string => {
    const zero = x.dtype === "float32" ? emitter.float(0) : emitter.scalar(0);
    return emitter.emit("Sub", [zero, ref], { hint, attr: x.dtype === "float32" ? FLOAT : INT });
  };
  let ref = emitter.plain(x);
  if (moved) ref = emitter.transpose(ref, swap, { dtype: x.dtype, hint });
  if (!largest) ref = negate(ref);
  const attr = { sorted: { b: true } };
  const top = emitter.emit("TopKV2", [ref, emitter.scalar(k)], { hint, attr });
  const results = [largest ? top : negate(top), `${top}:1`];
  for (const [index, name] of node.outputs.entries()) {
    if (name === "") continue;
    const result = results[index]!;
    const { dtype } = emitter.type(name);
    const placed = moved ? emitter.transpose(result, swap, { dtype, hint }) : result;
    emitter.give(name, "Identity", [placed], { layout: "plain" });
  }
};

/** Largest elements, their places, and running sums. */
export const ORDER: LowerTable = {
  ArgMax: lowerArg,
  ArgMin: lowerArg,
  CumSum: lowerCumSum,
  Hardmax: lowerHardmax,
  TopK: lowerTopK,
};
