import { CHUNK_BYTES, type Sink } from "@samoyed/core";

/** The size of a weight file: what TensorFlow.js's own converter writes, since browsers cache files of so many bytes. */
export const SHARD_BYTES: number = 4 << 20;

/** The names of the files that so many bytes go into. */
export function shardNames(byteLength: number): readonly string[] {
  const count = Math.ceil(byteLength / SHARD_BYTES);
  return Array.from({ length: count }, (_, index) => `group1-shard${index + 1}of${count}.bin`);
}

/** What `shardNames` gives, and nobody else would call a file. */
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

/** Writes one stream of bytes into files of one size. */
export interface ShardWriter {
  /** Takes bytes; they are copied before the promise resolves. */
  append(bytes: Uint8Array): Promise<void>;
  /** Hands everything to the sinks and waits for them. */
  flush(): Promise<void>;
  /** Waits until the sinks are idle and hides how the last write ended: for a caller with another error to report. */
  settle(): Promise<void>;
}

/** Coalesces into blocks of 1 MiB, two of them: while one is written, the next is filled. */
export function shardWriter(names: readonly string[], createSink: (file: string) => Promise<Sink>): ShardWriter {
  let block = new Uint8Array(CHUNK_BYTES);
  let spare = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let blocks = 0;
  let sink: Sink | undefined;
  let pending: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    await pending;
    // A shard is a whole number of blocks.
    const place = blocks * CHUNK_BYTES;
    if (place % SHARD_BYTES === 0) sink = await createSink(names[place / SHARD_BYTES]!);
    blocks++;
    pending = sink!.write(block.subarray(0, filled));
    // Whoever awaits `pending` next reports a failure; until then nobody does, and Node must not end the process.
    pending.catch(() => undefined);
    [block, spare] = [spare, block];
    filled = 0;
  }

  return {
    async append(bytes) {
      for (let done = 0; done < bytes.byteLength;) {
        const count = Math.min(bytes.byteLength - done, CHUNK_BYTES - filled);
        block.set(bytes.subarray(done, done + count), filled);
        filled += count;
        done += count;
        if (filled === CHUNK_BYTES) await start();
      }
    },
    async flush() {
      if (filled > 0) await start();
      await pending;
    },
    async settle() {
      await pending.catch(() => undefined);
    },
  };
}
