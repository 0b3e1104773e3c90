/** A class by its number. */
export interface NumberedName {
  readonly number: number;
  readonly name: string;
}

/** Names in the order of their numbers, which must be all from 0 or from 1 on, each once; else `undefined`. */
export function inOrder(
  rows: readonly NumberedName[],
): { readonly first: 0 | 1; readonly names: readonly string[] } | undefined {
  const names = new Map(rows.map(({ number, name }) => [number, name]));
  if (rows.length === 0 || names.size !== rows.length) return undefined;
  const first = names.has(0) ? 0 : 1;
  const ordered = rows.map((_, index) => names.get(first + index));
  return ordered.every((name) => name !== undefined) ? { first, names: ordered } : undefined;
}
