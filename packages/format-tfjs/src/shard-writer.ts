import type { Sink } from "@samoyed/core";

/**
 * The size of a weight file: what TensorFlow.js's own converter writes, since browsers cache files of so many bytes.
 */
export const SHARD_BYTES: number = 4 << 20;

/** The names of the files that so many bytes go into. */
export function shardNames(byteLength: number): readonly string[] {
  const count = Math.ceil(byteLength / SHARD_BYTES);
  return Array.from({ length: count }, (_, index) => `group1-shard${index + 1}of${count}.bin`);
}

/** Names that `shardNames` gives, and that no other file would have. */
const SHARD = /^group1-shard\d+of\d+\.bin$/u;

/** The weight files of our own writer that the text of a model.json names; none where it is no model.json. */
export function ownShards(modelJson: string): readonly string[] {
  let manifest: unknown;
  try {
    ({ weightsManifest: manifest } = JSON.parse(modelJson) as { weightsManifest?: unknown });
  } catch {
    return [];
  }
  return (Array.isArray(manifest) ? (manifest as ({ paths?: unknown } | null)[]) : [])
    .flatMap((group) => group?.paths)
    .filter((name): name is string => typeof name === "string" && SHARD.test(name));
}

/**
 * Passes one stream of bytes on to files of `SHARD_BYTES`, each opened when its first byte comes; the last may be
 * shorter.
 *
 * @returns where `throughBlocks` writes: blocks of `CHUNK_BYTES`, of which a file takes a whole number.
 */
export function shardSink(names: readonly string[], createSink: (file: string) => Promise<Sink>): Pick<Sink, "write"> {
  let position = 0;
  let sink: Sink | undefined;
  return {
    async write(block) {
      if (position % SHARD_BYTES === 0) sink = await createSink(names[position / SHARD_BYTES]!);
      position += block.byteLength;
      await sink!.write(block);
    },
  };
}
