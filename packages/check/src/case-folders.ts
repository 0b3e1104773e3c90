import { join } from "node:path";
import { nearest, UsageError } from "@samoyed/core";
import { DEFAULT_SET, findCases, setsOfCase } from "@samoyed/golden/node";

/** A case, and where it is. */
export interface CaseFolder {
  readonly name: string;
  readonly folder: string;
}

/**
 * The folders of the named cases and of the cases of the named sets; of the default set for no names.
 *
 * @param golden - The folder of golden data: its cases are in `cases/NAME`.
 * @throws UsageError when nothing has a name, with what may have been meant.
 */
export async function caseFolders(golden: string, names: readonly string[]): Promise<readonly CaseFolder[]> {
  const root = join(golden, "cases");
  const known = await findCases(root);
  const chosen = new Set<string>();
  for (const name of names.length === 0 ? [DEFAULT_SET] : names) {
    const members = known.includes(name) ? [name] : await casesInSet(root, { known, set: name });
    if (members.length === 0) throw await unknownCase(name, { root, known });
    for (const member of members) chosen.add(member);
  }
  return [...chosen].map((name) => ({ name, folder: join(root, name) }));
}

async function casesInSet(
  root: string,
  { known, set }: { readonly known: readonly string[]; readonly set: string },
): Promise<readonly string[]> {
  const members: string[] = [];
  for (const name of known) {
    if ((await setsOfCase(join(root, name))).includes(set)) members.push(name);
  }
  return members;
}

async function unknownCase(
  name: string,
  { root, known }: { readonly root: string; readonly known: readonly string[] },
): Promise<UsageError> {
  const sets = new Set<string>();
  for (const entry of known) for (const set of await setsOfCase(join(root, entry))) sets.add(set);
  const close = nearest(name, [...known, ...sets]);
  return new UsageError(
    `no case or set is called ${JSON.stringify(name)}; cases are ${known.join(", ")}; sets are ${[...sets].sort().join(", ")}`,
    {
      hint: close ? `Did you mean ${close}?` : "Name one of them, or give --golden DIR for cases of your own.",
    },
  );
}
