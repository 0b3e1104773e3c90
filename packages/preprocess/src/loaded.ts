import { IoError } from "@samoyed/core";

/**
 * A module that is downloaded when it is needed.
 *
 * @throws IoError when it cannot be downloaded.
 */
export async function loaded<Module>(module: Promise<Module>): Promise<Module> {
  try {
    return await module;
  } catch (cause) {
    throw new IoError("a module that prepares images could not be loaded", {
      cause,
      hint: "Check the connection, and that all files of the page's bundle are served.",
    });
  }
}
