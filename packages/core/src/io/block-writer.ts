import { CHUNK_BYTES } from "./chunk-bytes.ts";
import type { Sink } from "./sink.ts";

/** Writes to a sink in blocks of one size, whatever the sizes of what it is given. */
export interface BlockWriter {
  /** Takes bytes; they are copied before the promise resolves. */
  append(bytes: Uint8Array): Promise<void>;
}

interface Blocks extends BlockWriter {
  /** Hands everything to the sink and waits for it. */
  flush(): Promise<void>;
  /** Waits until the sink is idle, and hides how its last write ended: for a caller that has another error to report. */
  settle(): Promise<void>;
}

/**
 * Coalesces writes into blocks of 1 MiB, two of them: while the sink writes one, the next is filled, so that reading
 * the source and writing the target overlap. At most one write is under way at any time.
 */
function blockWriter(sink: Pick<Sink, "write">): Blocks {
  let block = new Uint8Array(CHUNK_BYTES);
  let spare = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let pending: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    await pending;
    pending = sink.write(block.subarray(0, filled));
    // A failure is reported by whoever awaits `pending` next; until then nobody does, and Node must not end the process.
    pending.catch(() => undefined);
    [block, spare] = [spare, block];
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
      await pending;
    },
    async settle(): Promise<void> {
      await pending.catch(() => undefined);
    },
  };
}

/**
 * Does work that writes to a sink through blocks: when it ends, all bytes are with the sink, and after an error the sink is
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
    // The caller will abort the sink: nothing of ours may still be writing then.
    await blocks.settle();
  }
}
