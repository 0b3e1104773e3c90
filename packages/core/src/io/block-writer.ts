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
 * Coalesces writes into two blocks of 1 MiB: while the sink writes one, the next is filled, so that reading
 * the source and writing the target overlap. At most one write is in progress at any time.
 */
function blockWriter(sink: Pick<Sink, "write">): Blocks {
  let block = new Uint8Array(CHUNK_BYTES);
  let spare = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  let pending: Promise<void> = Promise.resolve();

  async function start(): Promise<void> {
    await pending;
    pending = sink.write(block.subarray(0, filled));
    // The next `await` of `pending` reports a failure; until then Node must not end the process for an unhandled rejection.
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
