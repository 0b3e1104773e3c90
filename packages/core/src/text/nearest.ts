import { editDistance } from "./edit-distance.ts";

/** Longest word that is compared: a mistyped word is short, and a file can contain one of any length. */
const MAX_COMPARED = 200;

/** The word most like a mistyped one, if any is close: at most a third of its letters differ, and at least one may. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > MAX_COMPARED) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  return words
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** The `count` names most like a given one in any case, nearest first; ties keep the given order. */
export function nearestNames(name: string, names: readonly string[], { count }: { readonly count: number }): string[] {
  const word = name.slice(0, MAX_COMPARED).toLowerCase();
  return names
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
