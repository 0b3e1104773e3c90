import { join } from "node:path";
import type { Sink } from "@samoyed/core";
import { sinksInNewFolders } from "@samoyed/core/node";
import { renderHtml, renderJUnit, type Report } from "@samoyed/golden";

/** report.json, report.html and junit.xml, which appear when they are written. */
export interface ReportFiles {
  /**
   * Writes all; none appears before the bytes of all have reached the disk.
   *
   * @returns the path of report.html.
   */
  write(report: Report): Promise<string>;
  /** Leaves nothing behind, not even a folder that was made. */
  abort(): Promise<void>;
}

/**
 * Makes a folder ready for a report, so that minutes of checking are not in vain.
 *
 * @throws IoError when the folder cannot be created or written to.
 */
export async function openReportFiles(folder: string): Promise<ReportFiles> {
  const open = sinksInNewFolders();
  const path = join(folder, "report.html");
  const sinks: Sink[] = [];
  const abort = async (): Promise<void> => {
    for (const sink of sinks) await sink.abort();
  };
  try {
    const json = await open(join(folder, "report.json"));
    sinks.push(json);
    const junit = await open(join(folder, "junit.xml"));
    sinks.push(junit);
    const html = await open(path);
    sinks.push(html);
    return {
      async write(report): Promise<string> {
        const utf8 = new TextEncoder();
        await json.write(utf8.encode(`${JSON.stringify(report, undefined, 2)}\n`));
        await junit.write(utf8.encode(renderJUnit(report)));
        await html.write(utf8.encode(renderHtml(report)));
        for (const sink of sinks) await sink.commit();
        return path;
      },
      abort,
    };
  } catch (error) {
    await abort();
    throw error;
  }
}
