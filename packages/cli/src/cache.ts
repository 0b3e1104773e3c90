import { homedir } from "node:os";
import { join } from "node:path";

/** Where downloads and converted artifacts are kept: `SAMOYED_CACHE`, else the platform's cache folder. */
export function cacheDir(env: Readonly<Record<string, string | undefined>>): string {
  if (env["SAMOYED_CACHE"]) return env["SAMOYED_CACHE"];
  if (process.platform === "win32" && env["LOCALAPPDATA"]) return join(env["LOCALAPPDATA"], "samoyed");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "samoyed");
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "samoyed");
}
