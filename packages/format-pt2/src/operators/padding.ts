import { string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

const MODES: ReadonlyMap<string, string> = new Map([
  ["constant", "constant"],
  ["reflect", "reflect"],
  ["replicate", "edge"],
]);

/** Pads; PyTorch lists pairs from the last axis on, and takes elements off where a number is negative. */
function pad(call: Call, mode: string, value: number): string {
  const x = call.tensor("self");
  const rank = x.sizes.length;
  const given = call.ints(call.has("pad") ? "pad" : "padding");
  if (given.every((size) => size === 0)) return call.emit("Identity", [x.value]);
  const at = (axis: number, side: number): number => given[2 * (rank - 1 - axis) + side] ?? 0;
  const axes = [...x.sizes.keys()];
  if (mode === "circular") return wrap(call, at);
  const onnx = MODES.get(mode) ?? call.refuse(`its mode is "${mode}"`);
  const crop = axes.filter((axis) => at(axis, 0) < 0 || at(axis, 1) < 0);
  let source = x.value;
  if (crop.length > 0) {
    const ends = crop.map((axis) => (at(axis, 1) < 0 ? at(axis, 1) : Number.MAX_SAFE_INTEGER));
    const starts = crop.map((axis) => Math.max(0, -at(axis, 0)));
    source = call.emit("Slice", [source, ...[starts, ends, crop].map((list) => call.emitter.ints(list))]);
  }
  const pads = [0, 1].flatMap((side) => axes.map((axis) => Math.max(0, at(axis, side))));
  if (pads.every((size) => size === 0)) return source;
  const inputs = [source, call.emitter.ints(pads)];
  if (onnx === "constant") inputs.push(call.emitter.scalar(value, x.dtype));
  return call.emit("Pad", inputs, onnx === "constant" ? {} : { mode: string(onnx) });
}

/** Padding with the elements of the other end. */
function wrap(call: Call, at: (axis: number, side: number) => number): string {
  const x = call.tensor("self");
  let { value } = x;
  for (const axis of x.sizes.keys()) {
    const [before, after] = [at(axis, 0), at(axis, 1)];
    if (before < 0 || after < 0) return call.refuse("it crops in circular mode");
    if (before === 0 && after === 0) continue;
    const cut = (start: number, end: number): string =>
      call.emit("Slice", [value, ...[start, end, axis].map((part) => call.emitter.ints([part]))]);
    const pieces = [
      ...(before > 0 ? [cut(-before, Number.MAX_SAFE_INTEGER)] : []),
      value,
      ...(after > 0 ? [cut(0, after)] : []),
    ];
    value = call.emit("Concat", pieces, { axis: { type: "int", value: axis } });
  }
  return value;
}

function mode(name: string): Lowering {
  return (call) => pad(call, name, 0);
}

/** Padding. */
export const PADDING: Lowerings = {
  "pad.default": (call) => pad(call, call.string("mode") ?? "constant", call.optionalNumber("value") ?? 0),
  "constant_pad_nd.default": (call) => pad(call, "constant", call.number("value")),
  "reflection_pad1d.default": mode("reflect"),
  "reflection_pad2d.default": mode("reflect"),
  "reflection_pad3d.default": mode("reflect"),
  "replication_pad1d.default": mode("replicate"),
  "replication_pad2d.default": mode("replicate"),
  "replication_pad3d.default": mode("replicate"),
};
