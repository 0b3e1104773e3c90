import { arch, cpus, platform } from "node:os";
import { openReportFiles } from "@samoyed/check";
import { type CaseEvent, type CaseResult, createReport, renderTable } from "@samoyed/golden";
import type { Context, Result } from "./command.ts";
import { tellGitHub } from "./tell-github.ts";
import { version } from "./version.ts";
import { watchCases } from "./watch-cases.ts";

/** Options of `checkReport`. */
export interface CheckReportOptions {
  /** The folder of the report's files; made ready before anything is checked. */
  readonly folder: string | undefined;
  /** Backends that must run. */
  readonly required: readonly string[];
  readonly context: Context;
  /** Checks everything, and says what happens. */
  readonly check: (onEvent: (event: CaseEvent) => void) => Promise<readonly CaseResult[]>;
}

/**
 * Checks, and reports what was found: as a table, as JSON, as files where a folder is given, and to a workflow of GitHub.
 * After an error there are no files.
 */
export async function checkReport({ folder, required, context, check }: CheckReportOptions): Promise<Result> {
  const { terminal } = context;
  const files = folder === undefined ? undefined : await openReportFiles(folder);
  const { onEvent, stop } = watchCases(context);
  try {
    const results = await check(onEvent);
    const report = createReport(results, {
      generator: `samoyed ${await version()}`,
      environment: {
        date: new Date().toISOString(),
        node: process.versions.node,
        platform: `${platform()} ${arch()}`,
        cpu: cpus()[0]?.model ?? "unknown",
      },
      required,
    });
    const html = await files?.write(report);
    await tellGitHub(report, context);
    const table = renderTable(results, { color: terminal.color, width: terminal.width, required });
    return {
      json: report,
      text: html === undefined ? table : `${table.trimEnd()}\n\nreport: ${html}`,
      exitCode: report.summary.exitCode,
    };
  } catch (error) {
    await files?.abort();
    throw error;
  } finally {
    stop();
  }
}
