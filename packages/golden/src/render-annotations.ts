import type { Report } from "./report.ts";

/** GitHub's workflow commands are lines: these characters are written as URLs write them. */
function escape(text: string, also = ""): string {
  return text.replaceAll(new RegExp(`[%\r\n${also}]`, "gu"), (character) => encodeURIComponent(character));
}

function error(title: string, message: string): string {
  return `::error title=${escape(title, ":,")}::${escape(message)}\n`;
}

/** Renders what failed as GitHub's annotations, a line each, which its pages show: case, backend, and why. */
export function renderAnnotations({ cases, summary }: Report): string {
  const failed = cases.flatMap(({ name, preprocess, backends }) => [
    ...(preprocess.status === "failed" ? [error(`${name}: preprocessing`, preprocess.message)] : []),
    ...backends.flatMap(({ backend, verdict }) => {
      const title = `${name} on ${backend}`;
      if (verdict.kind === "crashed") return [error(title, `crashed: ${verdict.reason}`)];
      return verdict.kind === "failed" || verdict.kind === "contradicted"
        ? [error(title, verdict.reasons.join("; "))]
        : [];
    }),
  ]);
  const missing = summary.missing.map((each) => error(`${each.case}: ${each.backend} did not run`, each.reason));
  return [...failed, ...missing].join("");
}
