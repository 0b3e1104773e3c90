/** How Hugging Face's libraries name shards: `model-00001-of-00002.safetensors`. */
const SHARD = /(?<stem>[^/\\]*)-(?<number>\d{5})-of-(?<count>\d{5})(?<ending>\.(?:safetensors|bin))$/;

/** What a file lacks that is one shard of several, by its name; `undefined` for any other name. */
export function missingShards(label: string): string | undefined {
  const found = SHARD.exec(label)?.groups;
  if (found === undefined || Number(found["count"]) < 2) return undefined;
  const { stem, number, count, ending } = found;
  return `shard ${Number(number)} of ${Number(count)}; the index ${stem}${ending}.index.json names them all`;
}
