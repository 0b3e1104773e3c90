import { FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "./checkpoint.ts";
import { describeMismatch } from "./entry-checks.ts";

/** Entries that an error names. */
const SHOWN = 3;

/**
 * Requires everything that was read of a checkpoint to have the checksum that the file states. What was read in part or
 * out of order is read once more, in order; what was not read is not looked at.
 *
 * @throws FormatError naming the first entries that do not.
 */
export async function requireChecksums(checkpoint: Checkpoint, options: ReadOptions = {}): Promise<void> {
  const mismatches = (await checkpoint.verifyChecksums?.(options)) ?? [];
  if (mismatches.length === 0) return;
  const rest = mismatches.length - SHOWN;
  const shown = mismatches.slice(0, SHOWN).map(describeMismatch);
  throw new FormatError([...shown, ...(rest > 0 ? [`and ${rest} more entries`] : [])].join("; "), {
    hint: "The file was damaged after it was written: download or copy it again.",
    details: { mismatches },
  });
}
