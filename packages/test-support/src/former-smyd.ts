import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** A `.smyd` file of version 1, as the last Samoyed that wrote those left it; `packages/format-smyd` has them. */
export function formerSmyd(name: "canonical" | "operators" | "opset"): string {
  return join(ROOT, "packages/format-smyd/fixtures", `version-1-${name}.smyd`);
}
