import { normalizeAxis, readInt } from "@samoyed/ir";
import { typeAttr } from "../tf-graph.ts";
import { axisIn, commonLayout } from "./expression.ts";
import { range } from "./indexing.ts";
import { inputOf, type Lower, type LowerTable, onlyOutput, parameter, unsupported } from "./operator.ts";

const FLOAT = { T: typeAttr("float32") };
const INT = { T: typeAttr("int32") };

/** Most axes that all engines reverse: WebGL's are the least. */
const MAX_REVERSED = 4;

/** The place of the largest or smallest element, the first or the last of several. */
const lowerArg: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const axis = normalizeAxis(node, readInt(node, "axis", 0), rank);
  const keep = readInt(node, "keepdims", 1) !== 0;
  const layout = keep ? commonLayout([x], rank) : "plain";
  const at = axisIn(axis, layout);
  const hint = `${emitter.nameOf(output)}/place`;
  const attr = { ...FLOAT, output_type: typeAttr("int32") };
  let ref = emitter.inLayout(x, layout);
  const last = readInt(node, "select_last_index", 0) !== 0;
  const size = x.shape[axis]!;
  if (last) {
    if (typeof size !== "number") throw unsupported(node, "counts from the end of a size that is open");
    if (rank > MAX_REVERSED) throw unsupported(node, `reverses an axis of ${rank}`);
    ref = emitter.emit("ReverseV2", [ref, emitter.ints([at])], { hint });
  }
  ref = emitter.emit(node.op, [ref, emitter.scalar(at)], { hint, attr });
  if (last) ref = emitter.emit("Sub", [emitter.scalar((size as number) - 1), ref], { hint, attr: INT });
  if (keep) emitter.give(output, "ExpandDims", [ref, emitter.scalar(at)], { layout });
  else emitter.give(output, "Identity", [ref], { layout });
};

/** One at the first largest element along an axis, zero elsewhere. */
const lowerHardmax: Lower = (node, emitter) => {
  const output = onlyOutput(node, emitter);
  const x = inputOf(node, 0, emitter);
  const rank = x.shape.length;
  const axis = normalizeAxis(node, readInt(node, "axis", -1), rank);
  const layout = commonLayout([x], rank);
  const at = axisIn(axis, layout);
  const hint = `${emitter.nameOf(output)}/place`;
  const largest = emitter.emit("ArgMax", [emitter.inLayout(x, layout), emitter.scalar(at)], {
    hint,
    attr: { ...FLOAT, output_type: typeAttr("int32") },
  });
  const place = emitter.emit("ExpandDims", [largest, emitter.scalar(at)], { hint });
  const size = x.shape[axis]!;
  const numbers = range(size, { step: 1, hint, emitter });
  if (numbers === undefined) throw unsupported(node, "runs along a size that is open");
  const along = emitter.reshape(
    numbers,
    x.shape.map((_, other) => (other === at ? size : 1)),
    { hint },
  );
  const hit = emitter.emit("Equal", [place, along], { hint, attr: INT });
  emitter.give(output, "Cast", [hit], { layout, attr: { SrcT: typeAttr("bool"), DstT: typeAttr("float32") } });
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
  if (moved) ref = emitter.emit("Transpose", [ref, emitter.ints(swap)], { hint });
  if (!largest) ref = negate(ref);
  const attr = { sorted: { b: true } };
  const top = emitter.emit("TopKV2", [ref, emitter.scalar(k)], { hint, attr });
  const results = [largest ? top : negate(top), `${top}:1`];
  for (const [index, name] of node.outputs.entries()) {
    if (name === "") continue;
    const result = results[index]!;
    if (moved) emitter.give(name, "Transpose", [result, emitter.ints(swap)], { layout: "plain" });
    else emitter.give(name, "Identity", [result], { layout: "plain" });
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
