import { join } from "node:path";
import { renderHtml, type Report } from "@samoyed/golden";
import { writeFiles } from "../write.ts";

/**
 * Writes report.json and report.html into a folder that is there.
 *
 * @returns the path of report.html.
 */
export async function writeReport(folder: string, report: Report): Promise<string> {
  const utf8 = new TextEncoder();
  const html = join(folder, "report.html");
  await writeFiles([
    { path: join(folder, "report.json"), bytes: utf8.encode(`${JSON.stringify(report, undefined, 2)}\n`) },
    { path: html, bytes: utf8.encode(renderHtml(report)) },
  ]);
  return html;
}
