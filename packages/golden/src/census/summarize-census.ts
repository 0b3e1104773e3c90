import type { CensusResult, CensusStatus } from "./census-result.ts";

/** Counts of a census, over all networks and backends, and the exit code. */
export interface CensusSummary {
  readonly counts: Readonly<Record<CensusStatus, number>>;
  /** Required backends that did not run for some network, with the reason. */
  readonly missing: readonly { readonly backend: string; readonly network: string; readonly reason: string }[];
  /** 1 when something failed, else 4 when a conversion was refused, else 5 when a required backend or nothing ran, else 0. */
  readonly exitCode: 0 | 1 | 4 | 5;
}

/** Counts the results; a census in which nothing passed never exits with 0. */
export function summarizeCensus(
  results: readonly CensusResult[],
  { required = [] }: { readonly required?: readonly string[] } = {},
): CensusSummary {
  const counts: Record<CensusStatus, number> = { passed: 0, failed: 0, refused: 0, "not run": 0 };
  const missing: { backend: string; network: string; reason: string }[] = [];
  for (const { name, backends } of results) {
    for (const { status } of backends) counts[status]++;
    for (const backend of required) {
      const found = backends.find((entry) => entry.backend === backend);
      if (found !== undefined && found.status !== "not run") continue;
      const reason = found?.reasons[0] ?? `${backend} is not among the backends that were tried`;
      missing.push({ backend, network: name, reason });
    }
  }
  const exitCode = counts.failed > 0 ? 1 : counts.refused > 0 ? 4 : missing.length > 0 || counts.passed === 0 ? 5 : 0;
  return { counts, missing, exitCode };
}
