/** Levenshtein distance: single letters inserted, deleted or replaced. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** Longest name that is compared: the distance takes the product of both lengths. */
const MAX_COMPARED = 200;

/** The `count` names most like a given one, nearest first; ties keep the given order. */
export function nearestNames(name: string, names: readonly string[], { count }: { readonly count: number }): string[] {
  const word = name.slice(0, MAX_COMPARED).toLowerCase();
  return names
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
