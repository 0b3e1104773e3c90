import { SamoyedError } from "@samoyed/core";

/** Runs work on a file's content, and puts the file's path in front of what its errors say. */
export async function namingFile<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SamoyedError) || error.code === "aborted" || error.message.includes(path)) throw error;
    const { code, message, hint, details, cause } = error;
    throw new SamoyedError(code, `${path}: ${message}`, { ...(hint && { hint }), details, cause });
  }
}
