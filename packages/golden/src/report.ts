import type { CaseResult } from "./result.ts";
import { summarize, type Summary } from "./summarize.ts";

/** The version of the report's JSON. */
export const REPORT_SCHEMA = 1;

/** Results of a whole check as data. */
export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  /** `samoyed` and its version. */
  readonly generator: string;
  /** When and where it ran, given by the caller: a date, a platform, a CPU. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
  readonly summary: Summary;
}

/** Options of `createReport`: contents of the report other than results. */
export interface ReportOptions {
  readonly generator: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Required backends. */
  readonly required?: readonly string[];
}

/** Creates a report of results, for `JSON.stringify` (a number that is not finite becomes null there) and `renderHtml`. */
export function createReport(results: readonly CaseResult[], options: ReportOptions): Report {
  const { generator, environment = {}, required = [] } = options;
  return { schema: REPORT_SCHEMA, generator, environment, cases: results, summary: summarize(results, { required }) };
}
