import { type Sink, UsageError } from "@samoyed/core";

/** The output files of one conversion: all become visible together, or not at all. */
export interface SinkSet {
  /** Opens an output file. */
  create(file: string): Promise<Sink>;
  /** The files so far with their sizes, in the order in which they were opened; `opened` is the name then. */
  files(): readonly { readonly file: string; readonly opened: string; readonly byteLength: number }[];
  /** Overwrites bytes of a file. */
  patch(file: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Makes all files visible; those that name others after the others. */
  commit(entries: ReadonlySet<string>): Promise<void>;
  /** Discards all files; after `commit` it does nothing. */
  abort(): Promise<void>;
}

/** Options of `sinkSet`. */
export interface SinkSetOptions {
  readonly createSink: (file: string) => Promise<Sink>;
  readonly onWrite: (file: string, byteLength: number) => void;
}

/** Collects sinks so that they end together. */
export function sinkSet({ createSink, onWrite }: SinkSetOptions): SinkSet {
  const sinks = new Map<string, Sink>();
  const renamed = new Map<string, string>();
  return {
    async create(file): Promise<Sink> {
      if (sinks.has(file)) {
        throw new UsageError(`${file} would be written twice`, { hint: "Name each format once." });
      }
      const sink = await createSink(file);
      sinks.set(file, sink);
      return watched(sink, {
        onWrite: (byteLength) => onWrite(file, byteLength),
        onRename: (name) => void renamed.set(file, file.slice(0, file.lastIndexOf("/") + 1) + name),
      });
    },
    files: () =>
      Array.from(sinks, ([opened, sink]) => ({
        file: renamed.get(opened) ?? opened,
        opened,
        byteLength: sink.position,
      })),
    patch: (file, offset, bytes) => sinks.get(file)!.patch(offset, bytes),
    async commit(entries): Promise<void> {
      // Hundreds of weight files wait for the disk together; what names them becomes visible last.
      const all = [...sinks];
      await Promise.all(all.filter(([file]) => !entries.has(file)).map(([, sink]) => sink.commit()));
      for (const [file, sink] of all) {
        if (entries.has(file)) await sink.commit();
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
function watched(
  sink: Sink,
  { onWrite, onRename }: { readonly onWrite: (byteLength: number) => void; readonly onRename: (name: string) => void },
): Sink {
  const rename = (name: string): void => {
    sink.rename!(name);
    onRename(name);
  };
  return {
    ...(sink.rename && { rename }),
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
