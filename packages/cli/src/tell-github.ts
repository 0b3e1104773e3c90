import { appendFile } from "node:fs/promises";
import { renderAnnotations, renderMarkdown, type Report } from "@samoyed/golden";
import type { Context } from "./command.ts";

/**
 * In a workflow of GitHub, adds a report to the summary of its page, and annotates what failed. Elsewhere nothing
 * happens. A summary that cannot be written is a note: the check's own result counts.
 */
export async function tellGitHub(report: Report, { env, terminal }: Context): Promise<void> {
  if (env["GITHUB_ACTIONS"] !== "true") return;
  terminal.err(renderAnnotations(report));
  const summary = env["GITHUB_STEP_SUMMARY"];
  if (summary === undefined || summary === "") return;
  try {
    await appendFile(summary, renderMarkdown(report));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.err(`note: the summary of the workflow was not written: ${reason}\n`);
  }
}
