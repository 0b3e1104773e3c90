import type { CaseResult } from "./result.ts";

/** Counts of a whole check, and the exit code. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly contradicted: number;
  /** Backends whose process ended, hung or took too much, or that threw where they may not. */
  readonly crashed: number;
  readonly notRun: number;
  /** Number of verdicts, of any kind, on stand-in weights. */
  readonly standIn: number;
  /** Required backends that did not run in some case, and backends whose layers were asked for in vain, with the reason. */
  readonly missing: readonly { readonly backend: string; readonly case: string; readonly reason: string }[];
  /** 1 when a check failed, a backend crashed or a documented number alone was contradicted, else 5 when a required backend did not run, else 0. */
  readonly exitCode: 0 | 1 | 5;
}

/**
 * Counts verdicts.
 *
 * A required backend (`required`, by name) must have run in every case, and a name that is in no case counts as missing.
 * So does a backend whose layers were asked for in a case that recorded none. Preprocessing that differs counts as one failure of its case. A check in which nothing ran never exits with 0.
 */
export function summarize(
  results: readonly CaseResult[],
  options: { readonly required?: readonly string[] } = {},
): Summary {
  const { required = [] } = options;
  const counts = { passed: 0, failed: 0, contradicted: 0, crashed: 0, notRun: 0, standIn: 0 };
  const missing: { backend: string; case: string; reason: string }[] = [];
  for (const result of results) {
    if (result.preprocess.status === "failed") counts.failed++;
    for (const { backend, verdict, standIn, checks } of result.backends) {
      if (standIn) counts.standIn++;
      if (verdict.kind === "not run") counts.notRun++;
      else counts[verdict.kind]++;
      if (verdict.kind === "not run" && required.includes(backend)) {
        missing.push({ backend, case: result.name, reason: verdict.reason });
      }
      const taps = checks.find(({ name, status }) => name === "taps" && status === "not run");
      if (taps !== undefined) missing.push({ backend, case: result.name, reason: `its layers: ${taps.message}` });
    }
    for (const backend of required) {
      if (!result.backends.some((entry) => entry.backend === backend)) {
        missing.push({ backend, case: result.name, reason: `${backend} is not among the backends that were tried` });
      }
    }
  }
  const { passed, failed, contradicted, crashed } = counts;
  const wrong = failed + contradicted + crashed;
  const nothing = passed + wrong === 0;
  const exitCode = wrong > 0 ? 1 : missing.length > 0 || nothing ? 5 : 0;
  return { ...counts, missing, exitCode };
}
