import { IoError, SamoyedError } from "../errors.ts";

const HINTS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "You have no permission for it; choose another place or change its permissions."],
  ["EPERM", "The system does not allow it; choose another place or change its permissions."],
  ["ENOENT", "There is no such file or folder; check the path."],
  ["ENOTDIR", "A part of the path is a file, not a folder; check the path."],
  ["EISDIR", "It is a folder; name a file."],
  ["EEXIST", "It exists already; remove it or choose another name."],
  ["ENOSPC", "The disk is full; free some space or choose another disk."],
  ["EDQUOT", "Your disk quota is used up; free some space or choose another disk."],
  ["EFBIG", "The file system does not take files of this size; choose another disk."],
  ["EROFS", "The file system is read-only; choose another place."],
  ["ENAMETOOLONG", "The name is too long; choose a shorter one."],
  ["EMFILE", "Too many files are open; raise the limit (ulimit -n)."],
  ["EIO", "The disk reports an error; check it."],
]);

/** The operating system's error code (`ENOSPC`), or `undefined` for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Converts an error of the operating system to an IoError with a hint; a SamoyedError passes unchanged.
 *
 * @param action - What failed, with the path: `out/model.onnx: cannot be written`.
 */
export function toIoError(error: unknown, action: string): SamoyedError {
  if (error instanceof SamoyedError) {
    return error;
  }
  const code = systemCode(error);
  const hint = code === undefined ? undefined : HINTS.get(code);
  const reason = code ?? (error instanceof Error ? error.message : String(error));
  return new IoError(`${action} (${reason})`, {
    cause: error,
    details: { ...(code !== undefined && { systemCode: code }) },
    ...(hint !== undefined && { hint }),
  });
}
