import type { Result } from "./run-vector.ts";

/** The record of one operator in one suite. */
export interface Row {
  /** Number of vectors that use it and were computed and equal. */
  readonly passed: number;
  /** Vectors that use it and only supported operators, but were not computed: reason → number. */
  readonly skipped: Readonly<Record<string, number>>;
}

/** The record of a suite. */
export interface SuiteRecord {
  readonly vectors: number;
  readonly passed: number;
  readonly operators: Readonly<Record<string, Row>>;
  /** Operators that the engine lacks → vectors that need them; absent if such vectors are not listed. */
  readonly missing?: Readonly<Record<string, number>>;
}

/** Suites by name. */
export type ConformanceRecord = Readonly<Record<string, SuiteRecord>>;

/**
 * Counts results by suite and operator.
 *
 * @param shorten Merges reasons that differ only in quoted names or numbers.
 */
export function summarize(results: readonly Result[], shorten: (reason: string) => string): ConformanceRecord {
  const suites = new Set(results.map(({ vector }) => vector.suite));
  const own = (suite: string): Result[] => results.filter(({ vector }) => vector.suite === suite);
  return Object.fromEntries(Array.from(suites, (suite) => [suite, summarizeSuite(own(suite), shorten)]));
}

function summarizeSuite(results: readonly Result[], shorten: (reason: string) => string): SuiteRecord {
  const operators = new Map<string, { passed: number; skipped: Map<string, number> }>();
  const missing = new Map<string, number>();
  for (const result of results) {
    for (const op of result.missing) missing.set(op, (missing.get(op) ?? 0) + 1);
    if (result.missing.length > 0) continue;
    for (const op of result.operators) {
      const row = operators.get(op) ?? { passed: 0, skipped: new Map<string, number>() };
      operators.set(op, row);
      if (result.outcome.verdict === "passed") row.passed++;
      if (result.outcome.verdict === "skipped") {
        const reason = shorten(result.outcome.reason);
        row.skipped.set(reason, (row.skipped.get(reason) ?? 0) + 1);
      }
    }
  }
  const rows = sorted(operators).map(([op, { passed, skipped }]) => [
    op,
    { passed, skipped: Object.fromEntries(sorted(skipped)) },
  ]);
  return {
    vectors: results.length,
    passed: results.filter(({ outcome }) => outcome.verdict === "passed").length,
    operators: Object.fromEntries(rows) as Record<string, Row>,
    ...(missing.size > 0 && { missing: Object.fromEntries(sorted(missing)) }),
  };
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Lists the operators of which fewer vectors pass than recorded, one per line; suites that are not on this machine are not compared. */
export function lostVectors(recorded: ConformanceRecord, now: ConformanceRecord): string[] {
  return Object.entries(recorded).flatMap(([suite, { operators }]) =>
    Object.entries(operators).flatMap(([op, { passed }]) => {
      const present = now[suite];
      const count = present?.operators[op]?.passed ?? 0;
      return present === undefined || count >= passed
        ? []
        : [`${suite} ${op}: ${count} passed; ${passed} are recorded`];
    }),
  );
}
