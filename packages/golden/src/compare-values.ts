import { formatShape, sameShape, type Tensor } from "@samoyed/core";
import type { Noise } from "./case.ts";
import { type Check, type MeasuredReference, REFERENCE_AUTHOR } from "./check.ts";
import { gateCheck } from "./gate-check.ts";
import type { TolerancePolicy } from "./tolerance.ts";

/** Values of an output that a reference gives. */
export interface ValueReference {
  readonly kind: MeasuredReference;
  /** Floats in float64; integers and booleans in their own type, which are compared for equality. */
  readonly values: Tensor;
  /** Of floats. */
  readonly noise: Noise;
}

/** Differences of an output from a reference, over all elements in which both are finite. */
export interface ValueComparison {
  readonly maxAbs: number;
  readonly maxInNoise: number;
  /** Row-major index of the element with the largest difference. */
  readonly worst: number;
  readonly rms: number;
  readonly rmsInNoise: number;
  readonly checks: readonly Check[];
}

const NOTHING: Omit<ValueComparison, "checks"> = {
  maxAbs: Number.NaN,
  maxInNoise: Number.NaN,
  worst: 0,
  rms: Number.NaN,
  rmsInNoise: Number.NaN,
};

/**
 * Compares an output of any shape with a reference, element by element: floats within the gates of `policy`, anything
 * else for equality. NaN equals nothing, and infinity only itself. A wrong output is a result: nothing throws.
 *
 * @param name - The output's name, for messages.
 */
export function compareValues(
  actual: Tensor,
  {
    name,
    reference,
    policy,
  }: { readonly name: string; readonly reference: ValueReference; readonly policy: TolerancePolicy },
): ValueComparison {
  const { values, kind, noise } = reference;
  const floats = values.dtype === "float64";
  const expected = floats ? "float32" : values.dtype;
  if (actual.dtype !== expected || !sameShape(actual.shape, values.shape)) {
    const message = `${name} is ${actual.dtype} ${formatShape(actual.shape)}; expected ${expected} ${formatShape(values.shape)}`;
    return { ...NOTHING, checks: [{ name: "outputs", status: "failed", reference: "exact", message }] };
  }
  if (!floats) return compareExactly(actual, { name, reference });
  const [got, want] = [actual.data as Float32Array, values.data as Float64Array];
  const { odd, worst, maxAbs, rms } = measure(got, want);
  const [maxInNoise, rmsInNoise] = [maxAbs / noise.max, rms / noise.rms];
  const checks: Check[] = [];
  if (odd !== undefined) {
    const message = `${name}: element ${odd} is ${got[odd]}; ${REFERENCE_AUTHOR[kind]} gives ${want[odd]}`;
    checks.push({ name: "finite", status: "failed", reference: kind, message });
  }
  checks.push(
    gateCheck("max", {
      gate: policy.max,
      value: maxInNoise,
      reference: kind,
      message: (limit) =>
        `${name}: the largest difference is ${maxAbs.toExponential(1)} = ${maxInNoise.toFixed(1)} F, at element ${worst}; the limit is ${limit} F`,
    }),
  );
  if (policy.rms !== undefined) {
    checks.push(
      gateCheck("rms", {
        gate: policy.rms,
        value: rmsInNoise,
        reference: kind,
        message: (limit) =>
          `${name}: the rms difference is ${rms.toExponential(1)} = ${rmsInNoise.toFixed(1)} F_rms; the limit is ${limit} F_rms`,
      }),
    );
  }
  return { maxAbs, maxInNoise, worst, rms, rmsInNoise, checks };
}

function measure(
  got: Float32Array,
  want: Float64Array,
): { readonly odd: number | undefined; readonly worst: number; readonly maxAbs: number; readonly rms: number } {
  let odd: number | undefined;
  let [worst, maxAbs, squares, finite] = [0, 0, 0, 0];
  for (let index = 0; index < want.length; index++) {
    const difference = Math.abs(got[index]! - want[index]!);
    if (!Number.isFinite(difference)) {
      if (got[index] !== want[index]) odd ??= index;
      continue;
    }
    if (difference > maxAbs) [worst, maxAbs] = [index, difference];
    squares += difference * difference;
    finite++;
  }
  return { odd, worst, maxAbs, rms: Math.sqrt(squares / Math.max(1, finite)) };
}

/** Integers and booleans have no noise. */
function compareExactly(
  actual: Tensor,
  { name, reference: { values, kind } }: { readonly name: string; readonly reference: ValueReference },
): ValueComparison {
  let [unequal, worst] = [0, -1];
  for (let index = 0; index < values.data.length; index++) {
    if (actual.data[index] === values.data[index]) continue;
    if (unequal++ === 0) worst = index;
  }
  const message =
    unequal === 0
      ? `${name}: every element is that of ${REFERENCE_AUTHOR[kind]}`
      : `${name}: ${unequal} of ${values.data.length} elements differ; element ${worst} is ${actual.data[worst]}, ${REFERENCE_AUTHOR[kind]} gives ${values.data[worst]}`;
  const check: Check = { name: "outputs", status: unequal === 0 ? "passed" : "failed", reference: kind, message };
  return { ...NOTHING, worst: Math.max(0, worst), checks: [check] };
}
