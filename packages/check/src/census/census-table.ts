import type { CensusBackendResult, CensusResult, CensusSummary } from "@samoyed/golden";

/** One line for a result: `passed, 1.2 F`, `refused`. */
export function censusCell({ status, inNoise }: CensusBackendResult): string {
  return inNoise === undefined ? status : `${status}, ${noiseText(inNoise)}`;
}

function noiseText(inNoise: number): string {
  if (!Number.isFinite(inNoise)) return "not finite";
  return `${inNoise < 100 ? inNoise.toFixed(1) : inNoise.toExponential(0)} F`;
}

/** A network's results for a terminal: one line for each backend, and the reasons of those that did not pass. */
export function censusLines({ name, module, backends }: CensusResult): string {
  const width = Math.max(...backends.map(({ backend }) => backend.length));
  const lines = backends.map((result) => {
    const { backend, milliseconds, reasons, status } = result;
    const time = milliseconds === undefined ? "" : `, ${milliseconds.toFixed(0)} ms`;
    const reason = status === "passed" ? "" : `: ${reasons.join("; ")}`;
    return `  ${backend.padEnd(width)}  ${censusCell(result)}${time}${printable(reason)}`;
  });
  return [`${module}: ${name}`, ...lines].join("\n");
}

/** The counts in one line, and the required backends that did not run. */
export function censusSummaryText({ counts, missing }: CensusSummary): string {
  const parts = Object.entries(counts).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  const lines = [`${parts.join(", ") || "nothing ran"}; seeded weights, not trained`];
  for (const { backend, network, reason } of missing) {
    lines.push(`required and not run: ${backend} on ${network}: ${printable(reason)}`);
  }
  return lines.join("\n");
}

/** Removes control characters: error messages come from files and engines. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}
