import {
  type ByteSource,
  checkRange,
  crc32,
  FormatError,
  type ReadOptions,
  SamoyedError,
  throwIfAborted,
} from "@samoyed/core";

/**
 * Bytes fed to the inflater at a time. Browsers inflate all input before any output is taken, and deflate
 * reaches 1032 to 1, so at most 17 MB are buffered.
 */
const FEED_BYTES = 1 << 14;

/** A stream being inflated, and its position. */
interface Run {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Inflated bytes returned or skipped so far. */
  position: number;
  rest: Uint8Array;
  crc: number;
}

/**
 * Inflates a deflated source. Reading forward continues at the end of the last read; reading backward starts over. Memory
 * use is bounded, however much the bytes inflate to.
 *
 * Reads throw FormatError when the stream is damaged, or inflates to more or fewer bytes than `byteLength`.
 */
export function inflatedSource(
  deflated: ByteSource,
  info: {
    readonly byteLength: number;
    readonly label: string;
    /** Called with the CRC of all bytes, the first time that all have been read in order. */
    readonly finished: (crc: number) => void;
  },
): ByteSource {
  const { byteLength, label } = info;
  let run: Run | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let reported = false;

  async function readNow(offset: number, length: number, options: ReadOptions): Promise<Uint8Array> {
    if (run === undefined || run.position > offset) {
      await run?.reader.cancel();
      run = { reader: inflate(deflated), position: 0, rest: new Uint8Array(0), crc: 0 };
    }
    const current = run;
    // After any failure, the stream's position is unknown.
    run = undefined;
    const out = new Uint8Array(length);
    let filled = 0;
    while (current.position < offset + length) {
      // The feed itself takes no signal: it may outlive this read and be used by another.
      throwIfAborted(options.signal);
      const piece = await next(current);
      const from = Math.max(0, offset - current.position);
      const to = Math.min(piece.byteLength, offset + length - current.position);
      if (to > from) {
        out.set(piece.subarray(from, to), filled);
        filled += to - from;
      }
      current.rest = piece.subarray(to);
      current.position += to;
    }
    if (current.position === byteLength) {
      await expectEnd(current);
    } else {
      run = current;
    }
    return out;
  }

  async function next(current: Run): Promise<Uint8Array> {
    if (current.rest.byteLength > 0) {
      return current.rest;
    }
    const piece = await pull(current);
    if (piece === undefined) {
      throw new FormatError(`${label} inflates to ${current.position} bytes; the archive states ${byteLength}`);
    }
    current.crc = crc32(piece, current.crc);
    return piece;
  }

  async function expectEnd(current: Run): Promise<void> {
    const more = current.rest.byteLength > 0 ? current.rest : await pull(current);
    if (more !== undefined && more.byteLength > 0) {
      await current.reader.cancel();
      throw new FormatError(`${label} inflates to more than the ${byteLength} bytes that the archive states`);
    }
    if (!reported) {
      reported = true;
      info.finished(current.crc);
    }
  }

  async function pull(current: Run): Promise<Uint8Array | undefined> {
    try {
      const { value, done } = await current.reader.read();
      return done ? undefined : value;
    } catch (cause) {
      if (cause instanceof SamoyedError) {
        throw cause;
      }
      throw new FormatError(`${label}: the deflated bytes are damaged`, { cause });
    }
  }

  return {
    byteLength,
    label,
    async read(offset, length, options = {}) {
      checkRange({ byteLength, label }, offset, length);
      const result = queue.then(() => readNow(offset, length, options));
      queue = result.catch(() => undefined);
      return result;
    },
  };
}

function inflate(deflated: ByteSource): ReadableStreamDefaultReader<Uint8Array> {
  let position = 0;
  const feed = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const length = Math.min(FEED_BYTES, deflated.byteLength - position);
        if (length === 0) {
          controller.close();
          return;
        }
        const bytes = await deflated.read(position, length);
        position += length;
        controller.enqueue(bytes.slice());
      },
    },
    { highWaterMark: 0 },
  );
  return feed.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
}
