import { bytesToArray, MismatchError } from "@samoyed/core";
import type { StandInCheckpoint } from "./case.ts";
import type { CaseFiles } from "./case-files.ts";
import { sha256Hex } from "./sha256.ts";
import type { StandInValues } from "./stand-in-tensors.ts";

/**
 * Reads what defines a case's stand-in beside its network: the seed, and what the oracle solved.
 *
 * @throws MismatchError when a file is not the one that the case was recorded with.
 */
export async function readStandIn(checkpoint: StandInCheckpoint, files: CaseFiles): Promise<StandInValues> {
  const { seed, head, headSha256, signs, signsSha256 } = checkpoint;
  return {
    seed,
    head: bytesToArray(await checked(files, { path: head, sha256: headSha256 }), "float32"),
    signs: await checked(files, { path: signs, sha256: signsSha256 }),
  };
}

async function checked(
  files: CaseFiles,
  { path, sha256 }: { readonly path: string; readonly sha256: string },
): Promise<Uint8Array> {
  const bytes = await files.read(path);
  const actual = await sha256Hex(bytes);
  if (actual !== sha256) {
    throw new MismatchError(`${files.label}/${path}: has SHA-256 ${actual}; the case was recorded with ${sha256}`, {
      hint: "Restore the file, or record the case again with tools/oracle.",
    });
  }
  return bytes;
}
