import { FormatError, quote } from "@samoyed/core";

/**
 * Checks the names of an archive's entries, although nothing is ever unpacked: an archive that other readers could
 * interpret differently is not trusted.
 *
 * @throws FormatError for names that are absolute, or contain `..`, a NUL or a backslash, and for names that differ
 * at most in case.
 */
export function checkNames(names: readonly string[], label: string): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const problem = nameProblem(name);
    if (problem !== undefined) {
      throw new FormatError(`${label}: zip entry name ${quote(name)} ${problem}`);
    }
    const folded = name.toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined) {
      throw new FormatError(
        other === name
          ? `${label}: two zip entries are named ${quote(name)}`
          : `${label}: zip entries ${quote(other)} and ${quote(name)} differ only in case`,
      );
    }
    seen.set(folded, name);
  }
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "contains a NUL";
  if (name.includes("\\")) return "contains a backslash";
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "is absolute";
  if (name.includes("..") && name.split("/").includes("..")) return "contains ..";
  return undefined;
}

/**
 * The one folder that contains all of an archive's entries, as in files of `torch.save`.
 *
 * @throws FormatError when entries are in different folders, or in none.
 */
export function findRoot(names: Iterable<string>, label: string): string {
  let root: string | undefined;
  for (const name of names) {
    const slash = name.indexOf("/");
    const folder = slash < 0 ? "" : name.slice(0, slash);
    if (slash <= 0) {
      throw new FormatError(`${label}: zip entry ${quote(name)} is not in a folder; torch.save writes one`, {
        hint: "This zip archive is not a PyTorch checkpoint.",
      });
    }
    root ??= folder;
    if (folder !== root) {
      throw new FormatError(`${label}: zip entries are in two folders, ${quote(root)} and ${quote(folder)}`);
    }
  }
  if (root === undefined) {
    throw new FormatError(`${label}: a zip archive without entries`);
  }
  return root;
}
