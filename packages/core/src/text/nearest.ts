import { editDistance } from "./edit-distance.ts";

/** Longest word that is compared: mistyped words are short, while a file can contain words of any length. */
const MAX_COMPARED = 200;

/** The word most similar to a mistyped one, if any is close: up to a third of its letters may differ, and always one. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > MAX_COMPARED) return undefined;
  const limit = Math.max(1, Math.floor(word.length / 3));
  return words
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** The `count` names most similar to a given one, nearest first, however different; ties keep the given order. */
export function nearestNames(name: string, names: readonly string[], { count }: { readonly count: number }): string[] {
  const word = name.slice(0, MAX_COMPARED).toLowerCase();
  return names
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}
