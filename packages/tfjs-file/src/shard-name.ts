import { FormatError } from "@samoyed/core";

/**
 * A shard's name as a manifest gives it, which must lie beside model.json.
 *
 * @throws FormatError when it points elsewhere.
 */
export function checkShardName(name: unknown, label: string): string {
  if (typeof name === "string" && name !== "" && !/^\/|[\\:?#%\0]/u.test(name)) {
    if (!name.split("/").some((part) => part === "" || part === "." || part === "..")) return name;
  }
  throw new FormatError(`${label}: weightsManifest names the file ${JSON.stringify(name)}; expected one beside it`);
}
