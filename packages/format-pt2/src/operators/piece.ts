import { int } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Emitter } from "../lowering/emitter.ts";
import type { Lowering, Lowerings, ViewResult } from "../lowering/lowering.ts";
import type { Operand } from "../lowering/operand.ts";
import type { Size } from "../program/size.ts";

/** Part of an axis: `length` elements from `start`, every `step`-th. */
interface Range {
  readonly axis: number;
  readonly start: number;
  readonly length: number;
  readonly step: number;
}

/** The end of an axis for a slice. */
const TO_END = Number.MAX_SAFE_INTEGER;

function slice(
  emitter: Emitter,
  value: string,
  [start, end, step]: readonly [number, number, number],
  axis: number,
): string {
  const parts = [start, end, axis, ...(step === 1 ? [] : [step])];
  return emitter.one("Slice", [value, ...parts.map((part) => emitter.ints([part]))]);
}

/** Writes part of an axis back: what is before, the part, what is after. */
function replaceRange(emitter: Emitter, base: Operand, part: string, range: Range): string {
  const { axis, start, length, step } = range;
  const size = base.sizes[axis] as number;
  if (step !== 1) {
    // The axis of both, one after the other, and then each element from where it is.
    const both = emitter.one("Concat", [base.value, part], { axis: int(axis) });
    const places = Array.from({ length: size }, (_, at) => {
      const index = (at - start) / step;
      return Number.isInteger(index) && index >= 0 && index < length ? size + index : at;
    });
    return emitter.one("Gather", [both, emitter.ints(places)], { axis: int(axis) });
  }
  const before = start > 0 ? [slice(emitter, base.value, [0, start, 1], axis)] : [];
  const after = start + length < size ? [slice(emitter, base.value, [start + length, TO_END, 1], axis)] : [];
  const pieces = [...before, part, ...after];
  return pieces.length === 1 ? part : emitter.one("Concat", pieces, { axis: int(axis) });
}

/** A slice that starts and ends at known places, with known axis. */
function rangeView(call: Call, of: string, range: Range, squeeze: boolean): ViewResult {
  const { emitter } = call;
  const { axis, start, length, step } = range;
  return {
    of,
    derive(base) {
      if (squeeze) return emitter.one("Gather", [base.value, emitter.scalar(start, "int64")], { axis: int(axis) });
      const size = base.sizes[axis];
      if (start === 0 && step === 1 && length === size) return base.value;
      if (length === 0) return slice(emitter, base.value, [start, start, 1], axis);
      return slice(emitter, base.value, [start, start + (length - 1) * step + 1, step], axis);
    },
    restore: (base, view) => replacePart(call, base, view, { range, squeeze }),
  };
}

/** The viewed tensor with part of an axis, or one element of it, replaced. */
function replacePart(
  { emitter }: Call,
  base: Operand,
  view: Operand,
  { range, squeeze }: { readonly range: Range; readonly squeeze: boolean },
): string {
  const part = squeeze ? emitter.one("Unsqueeze", [view.value, emitter.ints([range.axis])]) : view.value;
  return replaceRange(emitter, base, part, range);
}

/** Clamps a position as Python does. */
function clampPosition(position: number, size: number): number {
  return Math.min(size, Math.max(0, position < 0 ? position + size : position));
}

const sliceView: Lowering = (call) => {
  const { sizes } = call.layout("self");
  const axis = call.axis("dim", sizes.length);
  const size = sizes[axis]!;
  const step = call.int("step");
  const given = (name: string, fallback: number): Size => (call.isNone(name) ? fallback : call.size(name));
  const [start, end] = [given("start", 0), given("end", TO_END)];
  if (typeof size === "number" && typeof start === "number" && typeof end === "number") {
    const from = clampPosition(start, size);
    const length = Math.max(0, Math.ceil((clampPosition(end, size) - from) / step));
    return rangeView(call, "self", { axis, start: from, length, step }, false);
  }
  return openSlice(call, { axis, step, start, end });
};

/** A slice of an open axis, or between places that depend on the inputs' sizes: right to read, not to write through. */
function openSlice(
  call: Call,
  options: { readonly axis: number; readonly step: number; readonly start: Size; readonly end: Size },
): ViewResult {
  const { emitter } = call;
  const whole = options.start === 0 && options.step === 1 && typeof options.end === "number" && options.end >= 2 ** 31;
  return {
    of: "self",
    derive(base) {
      if (whole) return base.value;
      const end = typeof options.end === "number" ? Math.min(options.end, TO_END) : options.end;
      const positions = [options.start, end].map((place) => emitter.sizes([place]));
      const rest = [options.axis, options.step].map((value) => emitter.ints([value]));
      return emitter.one("Slice", [base.value, ...positions, ...rest]);
    },
    ...(whole && { restore: (_: Operand, view: Operand) => view.value }),
  };
}

const select: Lowering = (call) => {
  const { sizes } = call.layout("self");
  const axis = call.axis("dim", sizes.length);
  const size = sizes[axis]!;
  const index = call.int("index");
  if (typeof size === "number") {
    const start = index < 0 ? index + size : index;
    if (start < 0 || start >= size) return call.refuse(`its index ${index} is outside the axis of size ${size}`);
    return rangeView(call, "self", { axis, start, length: 1, step: 1 }, true);
  }
  return {
    of: "self",
    derive: (base) =>
      call.emitter.one("Gather", [base.value, call.emitter.scalar(index, "int64")], { axis: int(axis) }),
  };
};

/** Several views that follow one another on an axis. The sizes are those of the outputs. */
function pieces(squeeze: boolean): Lowering {
  return (call) => {
    const { sizes } = call.layout("self");
    const axis = call.axis("dim", sizes.length);
    const lengths = call.outputNames.map((_, index): number => {
      const size = squeeze ? 1 : call.output(index).sizes[axis]!;
      return typeof size === "number" ? size : call.refuse("it splits an axis of open size");
    });
    let parts: readonly string[] | undefined;
    let version: string | undefined;
    // One Split serves all pieces until the base is written.
    const split = (base: Operand): readonly string[] => {
      if (parts === undefined || version !== base.value) {
        parts = splitAll(call, base, { axis, lengths, squeeze });
        version = base.value;
      }
      return parts;
    };
    let start = 0;
    return lengths.map((length, index): ViewResult => {
      const range: Range = { axis, start, length, step: 1 };
      start += length;
      return {
        of: "self",
        derive: (base) => split(base)[index]!,
        restore: (base, view) => replacePart(call, base, view, { range, squeeze }),
      };
    });
  };
}

function splitAll(
  call: Call,
  base: Operand,
  { axis, lengths, squeeze }: { readonly axis: number; readonly lengths: readonly number[]; readonly squeeze: boolean },
): readonly string[] {
  const { emitter } = call;
  const parts =
    lengths.length === 1
      ? [base.value]
      : emitter.many("Split", [base.value, emitter.ints(lengths)], {
          attributes: { axis: int(axis) },
          count: lengths.length,
        });
  if (!squeeze) return parts;
  return parts.map((part) => emitter.one("Squeeze", [part, emitter.ints([axis])]));
}

const narrow: Lowering = (call) => {
  const { sizes } = call.layout("self");
  const axis = call.axis("dim", sizes.length);
  const size = sizes[axis]!;
  const [start, length] = [call.int("start"), call.int("length")];
  if (typeof size !== "number") return openSlice(call, { axis, step: 1, start, end: start + length });
  return rangeView(call, "self", { axis, start: start < 0 ? start + size : start, length, step: 1 }, false);
};

/** A copy of `self` with part of an axis replaced: what decomposed programs have instead of writing in place. */
const selectScatter: Lowering = (call) => {
  const base = call.tensor("self");
  const axis = call.axis("dim", base.sizes.length);
  const size = base.sizes[axis]!;
  if (typeof size !== "number") return call.refuse("it replaces part of an axis of open size");
  const index = call.int("index");
  const part = call.emit("Unsqueeze", [call.tensor("src").value, call.emitter.ints([axis])]);
  const start = index < 0 ? index + size : index;
  return replaceRange(call.emitter, base, part, { axis, start, length: 1, step: 1 });
};

const sliceScatter: Lowering = (call) => {
  const base = call.tensor("self");
  const axis = call.axis("dim", base.sizes.length);
  const size = base.sizes[axis]!;
  const src = call.tensor("src");
  const start = call.isNone("start") ? 0 : call.int("start");
  const end = call.isNone("end") ? TO_END : call.int("end");
  const step = call.int("step");
  if (start === 0 && step === 1 && end >= 2 ** 31) return call.emit("Identity", [src.value]);
  if (typeof size !== "number") return call.refuse("it replaces part of an axis of open size");
  const from = clampPosition(start, size);
  const length = Math.max(0, Math.ceil((clampPosition(end, size) - from) / step));
  return replaceRange(call.emitter, base, src.value, { axis, start: from, length, step });
};

/** Parts of a tensor that share its memory. */
export const PIECE: Lowerings = {
  "slice.Tensor": sliceView,
  "select.int": select,
  "narrow.default": narrow,
  "split.Tensor": pieces(false),
  "split.sizes": pieces(false),
  "split_with_sizes.default": pieces(false),
  "chunk.default": pieces(false),
  "tensor_split.sections": pieces(false),
  "unbind.int": pieces(true),
  "select_scatter.default": selectScatter,
  "slice_scatter.default": sliceScatter,
};
