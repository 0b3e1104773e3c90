import { dirname, join } from "node:path";
import type { WeightStorage, WrittenFile } from "@samoyed/convert";
import { countsText, formatBytes } from "../columns.ts";
import type { GivenOptions } from "../format-options.ts";
import { paint, type Terminal } from "../terminal.ts";

/** The files that a person opens: of a model that is a folder only its entry, with the size of all. */
export function entryFiles(files: readonly WrittenFile[]): readonly WrittenFile[] {
  const shown = new Map<string, WrittenFile>();
  for (const entry of files) {
    const folder = dirname(entry.file);
    const key = folder === "." ? entry.file : folder;
    // Of each format the entry comes first.
    const first = shown.get(key);
    shown.set(key, first === undefined ? entry : { ...first, byteLength: first.byteLength + entry.byteLength });
  }
  return [...shown.values()];
}

/** The written files as text, with their sizes. */
export function describeFiles(
  files: readonly WrittenFile[],
  { out, terminal }: { out: string; terminal: Terminal },
): string {
  return entryFiles(files)
    .map(({ file, byteLength }) => `${paint(terminal, "bold", join(out, file))}  ${formatBytes(byteLength)}`)
    .join("\n");
}

/** How weights are stored, of each format: `int8 12, float32 20`, as `inspect` counts operators. */
export function storageText(storage: WeightStorage): string {
  return Object.entries(storage)
    .map(([format, counts]) => `${format}: ${countsText(Object.entries(counts)) || "none"}`)
    .join("; ");
}

/** Does what was asked for after writing; gives the files with their new sizes. */
export async function finish(
  files: readonly WrittenFile[],
  {
    afterwards,
    out,
    signal,
  }: Pick<GivenOptions, "afterwards"> & { readonly out: string; readonly signal: AbortSignal },
): Promise<readonly WrittenFile[]> {
  if (afterwards.length === 0) return files;
  // An engine, which takes longer to load than a small model to convert.
  const { addSelfTest } = await import("../add-self-test.ts");
  let finished = files;
  for (const { format } of afterwards) finished = await addSelfTest(finished, { format, out, signal });
  return finished;
}
