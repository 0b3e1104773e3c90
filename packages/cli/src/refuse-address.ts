import { UsageError } from "@samoyed/core";

/**
 * Refuses an address where a file is expected: only published names are downloaded, whose hashes and licenses are known.
 *
 * @throws UsageError with the command that downloads it.
 */
export function refuseAddress(source: string): void {
  if (!/^[a-z][a-z\d+.-]+:\/\//iu.test(source)) return;
  throw new UsageError(`${source} is an address; a file was expected`, {
    hint: `Download it first: curl -LO '${source}'`,
  });
}
