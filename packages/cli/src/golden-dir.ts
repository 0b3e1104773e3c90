import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@samoyed/core";
import { nearest } from "./nearest.ts";

/** The golden data: the given folder, or what came with this program (packed beside it, or in its repository). */
export function goldenDir(given: string | undefined): string {
  const candidates =
    given === undefined
      ? ["../golden", "../../../golden"].map((path) => fileURLToPath(new URL(path, import.meta.url)))
      : [given];
  const found = candidates.find((folder) => existsSync(join(folder, "cases")));
  if (found === undefined) {
    throw new UsageError(
      `${candidates.join(" and ")}: no golden cases here; expected a folder that holds cases/NAME/case.json`,
      {
        hint: "name the folder: --golden DIR",
      },
    );
  }
  return found;
}

/** The folders of the named cases, or of all cases, by name. */
export async function caseFolders(
  golden: string,
  names: readonly string[],
): Promise<readonly { name: string; folder: string }[]> {
  const entries = await readdir(join(golden, "cases"), { withFileTypes: true });
  const known = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return (names.length === 0 ? known : names).map((name) => {
    if (!known.includes(name)) {
      const close = nearest(name, known);
      throw new UsageError(`no case is called ${JSON.stringify(name)}; there are ${known.join(", ")}`, {
        ...(close ? { hint: `did you mean ${close}?` } : {}),
      });
    }
    return { name, folder: join(golden, "cases", name) };
  });
}
