import { FormatError, quote, throwIfAborted } from "@samoyed/core";
import type { SmydFile } from "@samoyed/smyd-file";
import type { Kernels } from "./kernels/load.ts";
import { DATA_ADDRESS, HASH_ADDRESS } from "./memory.ts";
import type { ByteStream } from "../load/byte-stream.ts";

/** Read at once: each piece is hashed while the next is on its way. */
const PIECE_BYTES: number = 4 << 20;

/** Options of `loadData`. */
export interface LoadDataOptions {
  readonly file: SmydFile;
  /** Its memory has room for the data at `DATA_ADDRESS`. */
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes of the data section that have come. */
  readonly onProgress: (loaded: number) => void;
  /** Called once when the first `bytes` have come, and nothing is being read: it may grow the memory. */
  readonly prelude: { readonly bytes: number; readonly whenLoaded: () => void };
}

/**
 * Reads the data section straight to its place in the memory, and checks every weight against its hash.
 *
 * @throws FormatError when a weight is damaged, or the stream has fewer or more bytes than the file's header says.
 * @throws as the stream does, AbortedError when the signal fires, and what `prelude.whenLoaded` throws.
 */
export async function loadData(stream: ByteStream, options: LoadDataOptions): Promise<void> {
  const { file, memory, kernels, signal, onProgress, prelude } = options;
  const hashes = createHashes(file, kernels);

  async function load(from: number, to: number): Promise<void> {
    const read = (start: number): Promise<void> => {
      const length = Math.min(PIECE_BYTES, to - start);
      const pending = stream.readInto(new Uint8Array(memory.buffer, DATA_ADDRESS + start, length));
      // Nothing listens before the piece before it is hashed; Node must not end the process if it fails meanwhile.
      pending.catch(() => undefined);
      return pending;
    };
    let next = from < to ? read(from) : undefined;
    for (let start = from; start < to; start += PIECE_BYTES) {
      await next;
      throwIfAborted(signal);
      const end = Math.min(start + PIECE_BYTES, to);
      next = end < to ? read(end) : undefined;
      hashes.update(end);
      onProgress(end);
    }
  }

  await load(0, prelude.bytes);
  prelude.whenLoaded();
  await load(prelude.bytes, file.dataBytes);
  throwIfAborted(signal);
  if (!(await stream.atEnd())) {
    throw new FormatError(`${stream.label}: has bytes after the model's ${file.dataOffset + file.dataBytes}`, {
      hint: "Something was appended to the file; fetch it again.",
    });
  }
  hashes.check(new DataView(memory.buffer, DATA_ADDRESS + file.hashes.offset, file.hashes.byteLength), stream.label);
}

interface Hashes {
  /** Hashes what has come: the data section up to `end`. */
  update(end: number): void;
  check(expected: DataView, label: string): void;
}

function createHashes({ hashed }: SmydFile, kernels: Kernels): Hashes {
  const digests: bigint[] = [];
  /** Bytes hashed of the tensor after the finished ones; -1 before it is begun. */
  let done = -1;
  return {
    update(end) {
      for (let tensor = hashed[digests.length]; tensor && tensor.offset <= end; tensor = hashed[digests.length]) {
        if (done < 0) {
          kernels.hashStart(HASH_ADDRESS);
          done = tensor.offset;
        }
        const last = tensor.offset + tensor.byteLength;
        const until = Math.min(end, last);
        kernels.hashUpdate(HASH_ADDRESS, DATA_ADDRESS + done, until - done);
        done = until;
        if (until < last) return;
        digests.push(BigInt.asUintN(64, kernels.hashDigest(HASH_ADDRESS)));
        done = -1;
      }
    },
    check(expected, label) {
      for (const [index, { name }] of hashed.entries()) {
        if (expected.getBigUint64(8 * index, true) === digests[index]) continue;
        throw new FormatError(`${label}: the weight ${quote(name)} is damaged: its hash is another`, {
          hint: "Fetch the file again, or convert it again.",
          details: { weight: name },
        });
      }
    },
  };
}
