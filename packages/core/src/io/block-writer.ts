import { CHUNK_BYTES } from "./chunk-bytes.ts";
import type { Sink } from "./sink.ts";

/** Writes to a sink in blocks of one size, whatever the sizes of its input. */
export interface BlockWriter {
  /** Writes bytes; they are copied before the promise resolves. */
  append(bytes: Uint8Array): Promise<void>;
}

interface Blocks extends BlockWriter {
  /** Writes everything to the sink and waits for it. */
  flush(): Promise<void>;
  /** Waits until the sink is idle and ignores an error of its last write: for a caller that has another error to report. */
  settle(): Promise<void>;
}

/**
 * Most blocks in use: one is filled while the others wait for the sink. Weights come in bursts: a transposed one is read
 * whole before its first byte is written, and the sink works on it while the next is read.
 */
const MAX_BLOCKS = 8;

/**
 * Coalesces writes into blocks of 1 MiB, which the sink writes one after another while the next are filled, so that
 * reading the source and writing the target overlap. At most one write is in progress at any time.
 */
function blockWriter(sink: Pick<Sink, "write">): Blocks {
  let block = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  const free: Uint8Array<ArrayBuffer>[] = [];
  /** The writes that are not done, in order; after a failure, all later ones fail in the same way. */
  const writes: Promise<void>[] = [];

  async function start(): Promise<void> {
    const [full, length] = [block, filled];
    const write = (writes.at(-1) ?? Promise.resolve()).then(async () => {
      await sink.write(full.subarray(0, length));
      free.push(full);
      void writes.shift();
    });
    // `flush` or the next block reports a failure; until then Node must not end the process for an unhandled rejection.
    write.catch(() => undefined);
    writes.push(write);
    if (writes.length === MAX_BLOCKS) await writes[0];
    block = free.pop() ?? new Uint8Array(CHUNK_BYTES);
    filled = 0;
  }

  return {
    async append(bytes: Uint8Array): Promise<void> {
      for (let done = 0; done < bytes.byteLength;) {
        const count = Math.min(bytes.byteLength - done, CHUNK_BYTES - filled);
        block.set(bytes.subarray(done, done + count), filled);
        filled += count;
        done += count;
        if (filled === CHUNK_BYTES) await start();
      }
    },
    async flush(): Promise<void> {
      if (filled > 0) await start();
      await writes.at(-1);
    },
    async settle(): Promise<void> {
      await writes.at(-1)?.catch(() => undefined);
    },
  };
}

/**
 * Runs a function that writes to a sink through blocks: when it returns, all bytes are in the sink, and after an error the sink is
 * idle.
 */
export async function throughBlocks(
  sink: Pick<Sink, "write">,
  write: (blocks: BlockWriter) => Promise<void>,
): Promise<void> {
  const blocks = blockWriter(sink);
  try {
    await write(blocks);
    await blocks.flush();
  } finally {
    // The caller will abort the sink: no write may be in progress then.
    await blocks.settle();
  }
}
