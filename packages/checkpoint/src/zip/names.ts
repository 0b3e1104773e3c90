import { FormatError, quote } from "@samoyed/core";

/**
 * Checks the names of an archive's entries, although nothing is ever unpacked: an archive that other readers would
 * understand differently is not trusted.
 *
 * @throws FormatError for names that are absolute, lead upwards, hold a NUL or a backslash, or collide, apart from
 * their letters' case or not.
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
          : `${label}: zip entries ${quote(other)} and ${quote(name)} differ in case alone`,
      );
    }
    seen.set(folded, name);
  }
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.includes("\0")) return "holds a NUL";
  if (name.includes("\\")) return "holds a backslash";
  if (name.startsWith("/") || /^[A-Za-z]:/.test(name)) return "is absolute";
  if (name.includes("..") && name.split("/").includes("..")) return "leads upwards";
  return undefined;
}

/**
 * The one folder that holds all of an archive's entries, as `torch.save` writes them.
 *
 * @throws FormatError when entries lie under different folders, or under none.
 */
export function findRoot(names: Iterable<string>, label: string): string {
  let root: string | undefined;
  for (const name of names) {
    const slash = name.indexOf("/");
    const folder = slash < 0 ? "" : name.slice(0, slash);
    if (slash <= 0) {
      throw new FormatError(`${label}: zip entry ${quote(name)} lies in no folder; torch.save writes one`, {
        hint: "This zip archive is not a PyTorch checkpoint.",
      });
    }
    root ??= folder;
    if (folder !== root) {
      throw new FormatError(`${label}: zip entries lie in two folders, ${quote(root)} and ${quote(folder)}`);
    }
  }
  if (root === undefined) {
    throw new FormatError(`${label}: a zip archive without entries`);
  }
  return root;
}
