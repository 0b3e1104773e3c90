import { type Sink, UsageError } from "@samoyed/core";
import { type LateHashSink, lateHashSink } from "./late-hash.ts";

/** The output files of one conversion: all become visible together, or none does. */
export interface SinkSet {
  /** Opens an output file; a `bare` one does not hold the contract, and is not searched for it. */
  create(file: string, options?: { readonly bare?: boolean }): Promise<Sink>;
  /** The files so far, in the order in which they were opened. */
  files(): readonly { readonly file: string; readonly byteLength: number }[];
  /** Puts the source's hash in its place; in how many places it was. */
  fillHash(sha256: string): Promise<number>;
  commit(): Promise<void>;
  /** Discards all files; after `commit` it does nothing. */
  abort(): Promise<void>;
}

/** Options of `sinkSet`. */
export interface SinkSetOptions {
  readonly createSink: (file: string) => Promise<Sink>;
  readonly onWrite: (file: string, byteLength: number) => void;
  /** Within how many bytes of a file's end, or of its beginning, the contract stands. */
  readonly tailBytes: number;
}

/** Collects sinks so that they end together. */
export function sinkSet({ createSink, onWrite, tailBytes }: SinkSetOptions): SinkSet {
  const sinks = new Map<string, Sink | LateHashSink>();
  return {
    async create(file, { bare = false } = {}): Promise<Sink> {
      if (sinks.has(file)) {
        throw new UsageError(`${file} would be written twice`, { hint: "Name each format once." });
      }
      const opened = await createSink(file);
      const sink = bare ? opened : lateHashSink(opened, { tailBytes });
      sinks.set(file, sink);
      return watched(sink, (byteLength) => onWrite(file, byteLength));
    },
    files: () => Array.from(sinks, ([file, sink]) => ({ file, byteLength: sink.position })),
    async fillHash(sha256: string): Promise<number> {
      let count = 0;
      for (const sink of sinks.values()) {
        if ("fill" in sink) count += await sink.fill(sha256);
      }
      return count;
    },
    async commit(): Promise<void> {
      // Hundreds of weight files wait for the disk together; what names them becomes visible last.
      const all = [...sinks.values()];
      await Promise.all(all.filter((sink) => !("fill" in sink)).map((sink) => sink.commit()));
      for (const sink of all) {
        if ("fill" in sink) await sink.commit();
      }
    },
    async abort(): Promise<void> {
      const results = await Promise.allSettled(Array.from(sinks.values(), (sink) => sink.abort()));
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) {
        throw failed.reason;
      }
    },
  };
}

/** A sink as a format's writer sees it: it reports what it takes. */
function watched(sink: Sink, onWrite: (byteLength: number) => void): Sink {
  return {
    get position(): number {
      return sink.position;
    },
    async write(bytes: Uint8Array): Promise<void> {
      await sink.write(bytes);
      onWrite(bytes.byteLength);
    },
    patch: (offset, bytes) => sink.patch(offset, bytes),
    commit: () => sink.commit(),
    abort: () => sink.abort(),
  };
}
