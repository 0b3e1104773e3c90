import { FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "./checkpoint.ts";
import { describeMismatch } from "./entry-checks.ts";

/** Most entries named in an error. */
const SHOWN = 3;

/**
 * Checks everything that was read of a checkpoint against the checksums in the file. Entries read in part or
 * out of order are read again, in order; entries that were not read are not checked.
 *
 * @throws FormatError naming the first entries that do not match.
 */
export async function requireChecksums(
  checkpoint: Pick<Checkpoint, "verifyChecksums">,
  options: ReadOptions = {},
): Promise<void> {
  const mismatches = (await checkpoint.verifyChecksums?.(options)) ?? [];
  if (mismatches.length === 0) return;
  const rest = mismatches.length - SHOWN;
  const shown = mismatches.slice(0, SHOWN).map(describeMismatch);
  throw new FormatError([...shown, ...(rest > 0 ? [`and ${rest} more entries`] : [])].join("; "), {
    hint: "The file was damaged after it was written; download or copy it again. To go on nevertheless: --allow-damaged.",
    details: { mismatches },
  });
}
