import { UsageError } from "@samoyed/core";

/** Names of the data's files. They begin with a letter or a digit, so that none leads out of the folder. */
const FILE_NAME = /^[a-z0-9][a-z0-9_.-]*$/u;

/**
 * Checks the name of a file of the data.
 *
 * @throws UsageError when it is anything else, such as a path.
 */
export function checkFileName(file: string): void {
  if (FILE_NAME.test(file)) return;
  throw new UsageError(
    `architecture data ${JSON.stringify(file)} is no file name; expected lower-case letters, digits, "_", "." and "-"`,
  );
}
