/** A limit and the reason for it. Reaching it passes; exceeding it does not. */
export interface Gate {
  /** Above this the check passes with a note. */
  readonly warn?: number;
  readonly fail: number;
  readonly reason: string;
}

/** Gates for one way of computing; an absent gate does not apply. */
export interface TolerancePolicy {
  readonly appliesTo: string;
  /** Largest absolute difference of a logit from float64, in multiples of the reference's own noise F. */
  readonly max: Gate;
  /** Root mean square of all differences, in multiples of F_rms. */
  readonly rms?: Gate;
  /** Kullback-Leibler divergence of the probabilities from the reference's, in nats, of the worst image. */
  readonly kl?: Gate;
}

/** The names of the policies. */
export type ToleranceName = "float32" | "float32-gpu";

/**
 * The gates. They are multiples of the noise that the oracle measured for each reference, because that noise differs
 * 70-fold between networks. Loosening one is a change of its own, reviewed, with its reason written here.
 */
export const TOLERANCES: Readonly<Record<ToleranceName, TolerancePolicy>> = {
  float32: {
    appliesTo: "float32 on a CPU or in WebAssembly",
    max: {
      warn: 4,
      fail: 8,
      reason:
        "every correct backend stayed within 1.4 F; 8 F caught all 17 of 19 deliberate mutations that change anything",
    },
    rms: { fail: 4, reason: "an error spread over all logits shows here before its largest element reaches 8 F" },
    kl: { fail: 1e-6, reason: "users read probabilities: they must not change in the sixth digit" },
  },
  "float32-gpu": {
    appliesTo: "float32 on WebGL or WebGPU",
    max: { fail: 16, reason: "a first limit for graphics hardware, to be tightened when devices have been measured" },
  },
};

/** Largest tolerance that a case may allow on a documented probability: it separates right from wrong preprocessing with room on both sides. */
export const MAX_DOCUMENTED_TOLERANCE = 0.001;

/** Smallest drift ratio that a case may require of stored weights, in dB: below it, a tenth of what separates classes is error. */
export const MIN_DRIFT_SQNR = 20;

/** Order is required only where the reference's gap exceeds this many times the tolerance: two errors can add up. */
export const RANK_GAP = 2;
