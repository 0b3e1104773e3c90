import type { DType } from "@samoyed/core";
import { dtypeToOnnx, type GridSampling, int } from "@samoyed/ir";
import type { Emit } from "../rule.ts";

/** A pixel along one axis that is read for each output: its index, and its weight where it has one. */
export interface Tap {
  readonly index: string;
  readonly weight?: string;
}

interface Parts {
  readonly sampling: GridSampling;
  readonly dtype: DType;
  readonly emit: Emit;
}

/** GridSample's own, by ONNX. */
const CUBIC = -0.75;

/** Arithmetic of values and numbers. */
class Arithmetic {
  readonly #emit: Emit;
  readonly #dtype: DType;

  constructor({ emit, dtype }: Parts) {
    this.#emit = emit;
    this.#dtype = dtype;
  }

  of(op: string, ...operands: (string | number)[]): string {
    const names = operands.map((value) => (typeof value === "string" ? value : this.#emit.scalar(value, this.#dtype)));
    return this.#emit.node(op, names);
  }

  index(value: string): string {
    return this.#emit.node("Cast", [value], { to: int(dtypeToOnnx("int64")) });
  }
}

/** g · size / 2 + (size − 1) / 2, or g · (size − 1) / 2 + (size − 1) / 2 where the corners' middles are at −1 and 1. */
function unnormalize(position: string, size: number, { alignCorners }: GridSampling, math: Arithmetic): string {
  const middle = (size - 1) / 2;
  return math.of("Add", math.of("Mul", position, alignCorners ? middle : size / 2), middle);
}

/** Mirrors at the edges as often as needed: d = |x − least|, on the way back where ⌊d / span⌋ is odd. */
function reflect(x: string, size: number, alignCorners: boolean, math: Arithmetic): string {
  const least = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return math.of("Mul", x, 0);
  const distance = math.of("Abs", math.of("Sub", x, least));
  const turns = math.of("Floor", math.of("Div", distance, span));
  const extra = math.of("Sub", distance, math.of("Mul", turns, span));
  const isBack = math.of("Sub", turns, math.of("Mul", math.of("Floor", math.of("Mul", turns, 0.5)), 2));
  const back = math.of("Mul", isBack, math.of("Sub", span, math.of("Mul", extra, 2)));
  return math.of("Clip", math.of("Add", math.of("Add", extra, back), least), 0, size - 1);
}

/** A tap at a whole position: beyond the image its weight is 0, or it is another pixel. */
function tapAt(
  x: string,
  size: number,
  weight: string | undefined,
  { sampling, math }: { sampling: GridSampling; math: Arithmetic },
): Tap {
  const { padding, alignCorners } = sampling;
  if (padding === "reflection") {
    const reflected = math.of("Round", reflect(x, size, alignCorners, math));
    return { index: math.index(reflected), ...(weight !== undefined && { weight }) };
  }
  const inside = math.of("Clip", x, 0, size - 1);
  const index = math.index(inside);
  if (padding === "border") return { index, ...(weight !== undefined && { weight }) };
  return { index, weight: math.of("Where", math.of("Equal", x, inside), weight ?? 1, 0) };
}

/** Cubic weight of a pixel t away, r = 1 − t: ((a + 2) t − (a + 3)) t² + 1 = r (1 + t (1 − (a + 2) t)), which cancels less. */
function near(t: string, r: string, math: Arithmetic): string {
  const inner = math.of("Mul", t, math.of("Sub", 1, math.of("Mul", t, CUBIC + 2)));
  return math.of("Mul", r, math.of("Add", inner, 1));
}

/** Cubic weight of a pixel 1 + t away, r = 1 − t: a t r². */
function far(t: string, r: string, math: Arithmetic): string {
  return math.of("Mul", math.of("Mul", t, CUBIC), math.of("Mul", r, r));
}

/** The pixels along one axis that are read at positions between −1 and 1. */
export function axisTaps(position: string, size: number, parts: Parts): readonly Tap[] {
  const { sampling } = parts;
  const { mode, padding, alignCorners } = sampling;
  const math = new Arithmetic(parts);
  let x = unnormalize(position, size, sampling, math);
  if (mode === "nearest") return [tapAt(math.of("Round", x), size, undefined, { sampling, math })];
  if (mode === "linear" && padding === "border") x = math.of("Clip", x, 0, size - 1);
  if (mode === "linear" && padding === "reflection") x = reflect(x, size, alignCorners, math);
  const base = math.of("Floor", x);
  const t = math.of("Sub", x, base);
  const rest = math.of("Sub", 1, t);
  const weights =
    mode === "linear" ? [rest, t] : [far(t, rest, math), near(t, rest, math), near(rest, t, math), far(rest, t, math)];
  // A position that was brought inside is at most one pixel off, where the weight is 0.
  const bounded: GridSampling =
    mode === "linear" && padding !== "zeros" ? { ...sampling, padding: "border" } : sampling;
  const first = mode === "linear" ? 0 : -1;
  return weights.map((weight, at) =>
    tapAt(at + first === 0 ? base : math.of("Add", base, at + first), size, weight, { sampling: bounded, math }),
  );
}
