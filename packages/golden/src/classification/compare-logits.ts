import { classLogits, formatShape, sameShape, type Tensor } from "@samoyed/core";
import type { Noise } from "../case.ts";
import type { Check } from "../check.ts";
import { gateCheck } from "../gate-check.ts";
import { brokenRank } from "./rank.ts";
import { klDivergence } from "./softmax64.ts";
import { RANK_GAP, type TolerancePolicy } from "../tolerance.ts";

/** Differences of logits from a reference, over all pairs in which both are finite. */
export interface LogitComparison {
  /** Absolute, and in multiples of F. */
  readonly maxAbs: number;
  readonly maxInNoise: number;
  /** Position of the largest difference. */
  readonly worst: { readonly image: number; readonly class: number };
  readonly rms: number;
  readonly rmsInNoise: number;
  /** Kullback-Leibler divergence in nats, of the worst image. */
  readonly kl: number;
  /** Cosine similarity of the worst image: reported, never judged, because it misses a third of all mistakes. */
  readonly cosine: number;
  readonly checks: readonly Check[];
}

/**
 * Compares logits with a float64 reference, element by element.
 *
 * `actual` is float32 `[images, classes]`, the reference float64 of the same shape. NaN equals nothing, and infinity
 * only itself; shape and dtype must match. None of these throws: a wrong output is a result.
 */
export function compareLogits(
  actual: Tensor,
  options: { readonly reference: Tensor<"float64">; readonly noise: Noise; readonly policy: TolerancePolicy },
): LogitComparison {
  const { reference, noise, policy } = options;
  if (actual.dtype !== "float32" || !sameShape(actual.shape, reference.shape)) {
    const message = `the logits are ${actual.dtype} ${formatShape(actual.shape)}; expected float32 ${formatShape(reference.shape)}`;
    return { ...NOTHING, checks: [{ name: "outputs", status: "failed", reference: "exact", message }] };
  }
  const values = actual.data as Float32Array;
  const [images = 0, classes = 0] = reference.shape;
  const unequal = firstNonFinite(values, reference.data);
  const measured = measure(values, { reference: reference.data, classes });
  const scaled = {
    maxInNoise: measured.maxAbs / noise.max,
    rmsInNoise: measured.rms / noise.rms,
  };
  const checks: Check[] = [];
  if (unequal !== undefined) {
    checks.push({
      name: "finite",
      status: "failed",
      reference: "recorded",
      message: `the logit of ${place(unequal, classes)} is ${values[unequal]}; PyTorch gives ${reference.data[unequal]}`,
    });
  }
  const worst = place(measured.worst, classes);
  checks.push(
    gateCheck("max", {
      gate: policy.max,
      value: scaled.maxInNoise,
      message: (limit) =>
        `the largest difference is ${scientific(measured.maxAbs)} = ${scaled.maxInNoise.toFixed(1)} F, at ${worst}; the limit is ${limit} F`,
    }),
  );
  if (policy.rms) {
    checks.push(
      gateCheck("rms", {
        gate: policy.rms,
        value: scaled.rmsInNoise,
        message: (limit) =>
          `the rms difference is ${scientific(measured.rms)} = ${scaled.rmsInNoise.toFixed(1)} F_rms; the limit is ${limit} F_rms`,
      }),
    );
  }
  if (policy.kl) {
    checks.push(
      gateCheck("kl", {
        gate: policy.kl,
        value: measured.kl,
        message: (limit) => `the divergence is ${scientific(measured.kl)}; the limit is ${limit}`,
      }),
    );
  }
  checks.push(
    rankCheck(values, { reference: reference.data, images, classes, tolerance: policy.max.fail * noise.max }),
  );
  return {
    maxAbs: measured.maxAbs,
    rms: measured.rms,
    kl: measured.kl,
    cosine: measured.cosine,
    ...scaled,
    worst: { image: Math.floor(measured.worst / classes), class: measured.worst % classes },
    checks,
  };
}

const NOTHING: Omit<LogitComparison, "checks"> = {
  maxAbs: Number.NaN,
  maxInNoise: Number.NaN,
  worst: { image: 0, class: 0 },
  rms: Number.NaN,
  rmsInNoise: Number.NaN,
  kl: Number.NaN,
  cosine: Number.NaN,
};

function measure(
  actual: Float32Array,
  { reference, classes }: { readonly reference: Float64Array; readonly classes: number },
): { maxAbs: number; worst: number; rms: number; kl: number; cosine: number } {
  let maxAbs = 0;
  let worst = 0;
  let squares = 0;
  let finite = 0;
  let kl = 0;
  let cosine = 1;
  for (let start = 0; start < reference.length; start += classes) {
    let dot = 0;
    let lengthA = 0;
    let lengthB = 0;
    for (let index = start; index < start + classes; index++) {
      const a = actual[index]!;
      const b = reference[index]!;
      if (!Number.isFinite(a) || !Number.isFinite(b)) continue;
      const difference = Math.abs(a - b);
      if (difference > maxAbs) {
        maxAbs = difference;
        worst = index;
      }
      squares += difference * difference;
      finite++;
      dot += a * b;
      lengthA += a * a;
      lengthB += b * b;
    }
    const end = start + classes;
    const divergence = klDivergence(actual.subarray(start, end), reference.subarray(start, end));
    // Math.max keeps a NaN, whichever side it is on.
    kl = Math.max(kl, divergence);
    if (lengthA > 0 && lengthB > 0) cosine = Math.min(cosine, dot / Math.sqrt(lengthA * lengthB));
  }
  return { maxAbs, worst, rms: Math.sqrt(squares / Math.max(finite, 1)), kl, cosine };
}

/** The first element where one is not finite and the other is not the same infinity. */
function firstNonFinite(actual: Float32Array, reference: Float64Array): number | undefined {
  for (let index = 0; index < reference.length; index++) {
    const a = actual[index]!;
    const b = reference[index]!;
    if (Number.isFinite(a) && Number.isFinite(b)) continue;
    if (a !== b) return index;
  }
  return undefined;
}

function rankCheck(
  actual: Float32Array,
  options: {
    readonly reference: Float64Array;
    readonly images: number;
    readonly classes: number;
    readonly tolerance: number;
  },
): Check {
  const { reference, images, classes, tolerance } = options;
  const gap = RANK_GAP * tolerance;
  for (let image = 0; image < images; image++) {
    const row = (data: Float32Array | Float64Array): ArrayLike<number> =>
      classLogits(data.subarray(image * classes, (image + 1) * classes));
    const broken = brokenRank(row(actual), { reference: row(reference), gap });
    if (broken) {
      return {
        name: "rank",
        status: "failed",
        reference: "recorded",
        message: `image ${image} ranks class ${broken.below} at or above class ${broken.above}; PyTorch's gap between them exceeds ${RANK_GAP} tolerances`,
      };
    }
  }
  return {
    name: "rank",
    status: "passed",
    reference: "recorded",
    message: `the order is PyTorch's wherever its gap exceeds ${RANK_GAP} tolerances (${scientific(gap)})`,
  };
}

function place(index: number, classes: number): string {
  return `image ${Math.floor(index / classes)}, class ${index % classes}`;
}

function scientific(value: number): string {
  return value.toExponential(1);
}
