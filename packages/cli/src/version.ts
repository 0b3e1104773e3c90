import { readFile } from "node:fs/promises";

/** The version of the installed `samoyed` package. */
export async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}
