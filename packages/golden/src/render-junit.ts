import type { Report } from "./report.ts";
import type { BackendResult, CaseResult } from "./result.ts";

/** XML 1.0 takes no control characters, not even escaped. */
// oxlint-disable-next-line no-control-regex -- they are what is replaced
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\r": "&#13;",
  "\t": "&#9;",
};

function escape(text: string): string {
  return text.replaceAll(FORBIDDEN, "\ufffd").replaceAll(/[&<>"\n\r\t]/gu, (character) => ENTITIES[character]!);
}

/**
 * Renders a report as JUnit's XML, which CI systems show test by test: a suite for each case, a test for each backend and
 * one for the preprocessing. `contradicted` is a failure, `not run` is skipped.
 */
export function renderJUnit({ cases, generator }: Report): string {
  const suites = cases.map(suite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escape(generator)}">\n${suites.join("\n")}\n</testsuites>\n`;
}

function suite(result: CaseResult): string {
  const { status, message } = result.preprocess;
  const tests = [
    test(result, {
      name: "preprocessing",
      outcome: status === "failed" ? failure([message]) : status === "not run" ? skipped(message) : "",
    }),
    ...result.backends.map((backend) =>
      test(result, {
        name: backend.backend,
        outcome: outcomeOf(backend),
        ...(backend.milliseconds === undefined ? {} : { milliseconds: backend.milliseconds }),
      }),
    ),
  ];
  const count = (word: string): number => tests.filter((xml) => xml.includes(`<${word} `)).length;
  return `  <testsuite name="${escape(result.name)}" tests="${tests.length}" failures="${count("failure")}" skipped="${count("skipped")}">\n${tests.join("\n")}\n  </testsuite>`;
}

function test(
  { name: suiteName }: CaseResult,
  { name, outcome, milliseconds }: { readonly name: string; readonly outcome: string; readonly milliseconds?: number },
): string {
  const time = milliseconds === undefined ? "" : ` time="${(milliseconds / 1000).toFixed(4)}"`;
  const head = `    <testcase classname="${escape(suiteName)}" name="${escape(name)}"${time}`;
  return outcome === "" ? `${head}/>` : `${head}>${outcome}</testcase>`;
}

function outcomeOf({ verdict }: BackendResult): string {
  if (verdict.kind === "passed") return "";
  return verdict.kind === "not run" ? skipped(`${verdict.reason} ${verdict.fix}`) : failure(verdict.reasons);
}

function failure(reasons: readonly string[]): string {
  return `<failure message="${escape(reasons.join("; "))}"/>`;
}

function skipped(reason: string): string {
  return `<skipped message="${escape(reason)}"/>`;
}
