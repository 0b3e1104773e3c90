/** Counts weights by how they are stored, the most frequent first. */
export function countStorage(stored: Iterable<string>): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const kind of stored) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}
