import { CHUNK_BYTES, sha256Of, type Sink } from "@samoyed/core";

/**
 * The size of a weight file: what TensorFlow.js's own converter writes, since browsers cache files of so many bytes.
 */
export const SHARD_BYTES: number = 4 << 20;

/** Digits of a file's digest in its name: no two contents that replace one another agree in so many by chance. */
const NAME_DIGITS = 12;

/**
 * Names that our own files have and that no other file would have; those of earlier versions have no digest.
 */
const SHARD = /^group1-shard\d+of\d+(?:-[0-9a-f]{12})?\.bin$/u;

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

/** A weight file that was written. */
export interface WrittenShard {
  readonly file: string;
  /** SHA-256 of its bytes. */
  readonly sha256: string;
}

/** A stream of bytes that goes into weight files. */
export interface ShardSink extends Pick<Sink, "write"> {
  /** Writes the last file; returns all, in order. */
  end(): Promise<readonly WrittenShard[]>;
}

/**
 * Passes one stream of `byteLength` bytes on to files of `SHARD_BYTES`; the last may be shorter. Each file is opened
 * when all its bytes are there, since its name has the first digits of their digest: a model that replaces another one
 * never writes into a file that the old model.json names.
 *
 * @returns where `throughBlocks` writes: blocks of `CHUNK_BYTES`, of which a file takes a whole number.
 */
export function shardSink(byteLength: number, createSink: (file: string) => Promise<Sink>): ShardSink {
  const count = Math.ceil(byteLength / SHARD_BYTES);
  const buffer = new Uint8Array(Math.min(byteLength, SHARD_BYTES));
  const written: WrittenShard[] = [];
  let filled = 0;
  const flush = async (): Promise<void> => {
    const bytes = buffer.subarray(0, filled);
    const sha256 = await sha256Of(bytes);
    const file = `group1-shard${written.length + 1}of${count}-${sha256.slice(0, NAME_DIGITS)}.bin`;
    const sink = await createSink(file);
    for (let at = 0; at < filled; at += CHUNK_BYTES) await sink.write(bytes.subarray(at, at + CHUNK_BYTES));
    written.push({ file, sha256 });
    filled = 0;
  };
  return {
    async write(block) {
      buffer.set(block, filled);
      filled += block.byteLength;
      if (filled === SHARD_BYTES) await flush();
    },
    async end() {
      if (filled > 0) await flush();
      return written;
    },
  };
}
