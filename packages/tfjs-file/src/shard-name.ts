import { FormatError } from "@samoyed/core";

/**
 * Checks a shard's name in a manifest: the shard must be next to model.json.
 *
 * @throws FormatError when it points elsewhere.
 */
export function checkShardName(name: unknown, label: string): string {
  if (typeof name === "string" && name !== "" && !/^\/|[\\:?#%\0]/u.test(name)) {
    if (!name.split("/").some((part) => part === "" || part === "." || part === "..")) return name;
  }
  throw new FormatError(
    `${label}: weightsManifest names the file ${JSON.stringify(name)}; expected a file next to model.json`,
  );
}
