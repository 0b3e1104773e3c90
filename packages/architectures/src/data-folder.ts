import { UsageError } from "@samoyed/core";

/** Names of the data's files. They begin with a letter or a digit, so that none leads out of the folder. */
const FILE_NAME = /^[a-z0-9][a-z0-9_.-]*$/u;

// Bundlers must leave this address alone: they would put every file of the folder into the program.
let folder = new URL(/* @vite-ignore */ /* webpackIgnore: true */ "../data/", import.meta.url);

/**
 * Says where the package's folder `data` is, for programs that were bundled, whose own address says nothing about it.
 *
 * @param url - The folder's address, with a slash at its end.
 * @throws UsageError when it has none.
 */
export function locateArchitectureData(url: URL): void {
  if (!url.pathname.endsWith("/")) {
    throw new UsageError(`the folder of architecture data is ${url.href}; expected an address that ends with a slash`);
  }
  folder = url;
}

/**
 * The address of a file of the data.
 *
 * @throws UsageError when the name is anything but a file's, such as a path.
 */
export function dataAddress(file: string): URL {
  if (!FILE_NAME.test(file)) {
    throw new UsageError(
      `architecture data ${JSON.stringify(file)} is no file name; expected lower-case letters, digits, "_", "." and "-"`,
    );
  }
  return new URL(file, folder);
}
