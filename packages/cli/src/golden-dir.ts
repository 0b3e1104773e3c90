import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@samoyed/core";
import { findCases } from "@samoyed/golden/node";
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
        hint: "Name the folder: --golden DIR.",
      },
    );
  }
  return found;
}

/** A case, and where it lies. */
export interface CaseFolder {
  readonly name: string;
  readonly folder: string;
}

/** The folders of the named cases, or of all cases, by name. */
export async function caseFolders(golden: string, names: readonly string[]): Promise<readonly CaseFolder[]> {
  const known = await findCases(join(golden, "cases"));
  return [...new Set(names.length === 0 ? known : names)].map((name) => {
    if (!known.includes(name)) {
      const close = nearest(name, known);
      throw new UsageError(`no case is called ${JSON.stringify(name)}; there are ${known.join(", ")}`, {
        hint: close ? `Did you mean ${close}?` : "Name one of them, or give --golden DIR for cases of your own.",
      });
    }
    return { name, folder: join(golden, "cases", name) };
  });
}
