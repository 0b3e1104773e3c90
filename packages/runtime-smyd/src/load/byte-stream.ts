import { FormatError, throwIfAborted } from "@samoyed/core";

/** Bytes that are read once, from the first to the last. */
export interface ByteStream {
  /** Origin of the bytes, for messages: a path, a URL, `memory`. */
  readonly label: string;
  /** Number of bytes, where that is known before they are read. */
  readonly byteLength?: number;
  /**
   * Reads the next `target.byteLength` bytes.
   *
   * @throws FormatError when the stream ends before.
   * @throws IoError when reading fails, AbortedError when the signal that it was opened with fires.
   */
  readInto(target: Uint8Array): Promise<void>;
  /** Whether all bytes have been read. */
  atEnd(): Promise<boolean>;
  /** Stops reading and lets go of files and connections. */
  close(): Promise<void>;
}

/** The error of a stream that ends in the middle. */
export function cutShort(label: string, position: number): FormatError {
  return new FormatError(`${label}: ends after ${position} bytes, in the middle of the model`, {
    hint: "The file was cut short; fetch it again.",
    details: { position },
  });
}

/** An array in memory. */
export function bytesStream(bytes: Uint8Array): ByteStream {
  let position = 0;
  return {
    label: "memory",
    byteLength: bytes.byteLength,
    async readInto(target) {
      if (target.byteLength > bytes.byteLength - position) throw cutShort("memory", bytes.byteLength);
      target.set(bytes.subarray(position, position + target.byteLength));
      position += target.byteLength;
    },
    atEnd: async () => position === bytes.byteLength,
    close: async () => {},
  };
}

/** Options of `webStream`. */
export interface WebStreamOptions {
  readonly label: string;
  readonly byteLength?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Converts an error of the stream. */
  readonly toError: (cause: unknown) => Error;
}

/** A web stream: a response's body, or a Blob's. Each chunk is copied once, to where it is wanted. */
export function webStream(stream: ReadableStream<Uint8Array>, options: WebStreamOptions): ByteStream {
  const { label, byteLength, signal, toError } = options;
  const reader = stream.getReader();
  let chunk: Uint8Array = new Uint8Array(0);
  let position = 0;

  /** Whether there is a chunk with bytes left. */
  async function advance(): Promise<boolean> {
    while (chunk.byteLength === 0) {
      throwIfAborted(signal);
      let result: ReadableStreamReadResult<Uint8Array>;
      try {
        result = await reader.read();
      } catch (cause) {
        throwIfAborted(signal);
        throw toError(cause);
      }
      if (result.done) return false;
      chunk = result.value;
    }
    return true;
  }

  return {
    label,
    ...(byteLength !== undefined && { byteLength }),
    async readInto(target) {
      for (let done = 0; done < target.byteLength;) {
        if (!(await advance())) throw cutShort(label, position);
        const part = chunk.subarray(0, target.byteLength - done);
        target.set(part, done);
        chunk = chunk.subarray(part.byteLength);
        done += part.byteLength;
        position += part.byteLength;
      }
    },
    atEnd: async () => !(await advance()),
    // A stream that has failed cannot be canceled, and there is nothing to stop.
    close: () => reader.cancel().catch(() => undefined),
  };
}
