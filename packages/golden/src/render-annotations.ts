import type { Report } from "./report.ts";

/** GitHub's workflow commands are lines: these characters are written as URLs write them. */
function escape(text: string, also = ""): string {
  return text.replaceAll(new RegExp(`[%\r\n${also}]`, "gu"), (character) => encodeURIComponent(character));
}

/** Renders what failed as GitHub's annotations, a line each, which its pages show: case, backend, and why. */
export function renderAnnotations({ cases, summary }: Report): string {
  const error = (title: string, message: string): string =>
    `::error title=${escape(title, ":,")}::${escape(message)}\n`;
  const failed = cases.flatMap(({ name, preprocess, backends }) => [
    ...(preprocess.status === "failed" ? [error(`${name}: preprocessing`, preprocess.message)] : []),
    ...backends.flatMap(({ backend, verdict }) =>
      verdict.kind === "failed" || verdict.kind === "contradicted"
        ? [error(`${name} on ${backend}`, verdict.reasons.join("; "))]
        : [],
    ),
  ]);
  const missing = summary.missing.map((each) => error(`${each.case}: ${each.backend} did not run`, each.reason));
  return [...failed, ...missing].join("");
}
