import type { Summary } from "./summarize.ts";

/** Formats the counts in one line: `2 passed (stand-in), 1 not run`. */
export function summaryText(summary: Summary): string {
  const { passed, failed, contradicted, crashed, notRun, standIn, missing } = summary;
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} failed`);
  if (contradicted > 0) parts.push(`${contradicted} contradicted`);
  if (crashed > 0) parts.push(`${crashed} crashed`);
  if (notRun > 0) parts.push(`${notRun} not run`);
  const lines = [parts.join(", ") + (standIn > 0 ? `; ${standIn} of them on stand-in weights` : "")];
  for (const { backend, case: name, reason } of missing)
    lines.push(`required and not run: ${backend} on ${name}: ${reason}`);
  return lines.join("\n");
}
