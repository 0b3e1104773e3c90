import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "@samoyed/core";

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
