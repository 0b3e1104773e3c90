import type { ByteSource, ModelFiles } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { fixSizes, type Sizes } from "./fix-sizes.ts";

/** Files of a model that are closed together. */
export interface KeptFiles {
  /** Opens a file, as `ModelFiles.open`. */
  readonly open: (name: string) => Promise<ByteSource>;
  /** Closes all that were opened. */
  readonly close: () => Promise<void>;
}

/** Opens files of a model that stay open as long as its weights are read. */
function keepOpen(files: ModelFiles, signal?: AbortSignal): KeptFiles {
  const opened: ByteSource[] = [];
  return {
    async open(name) {
      const source = await files.open(name, signal);
      opened.push(source);
      return source;
    },
    async close() {
      for (const source of opened.splice(0)) await source.close?.();
    },
  };
}

/** Runs work with the files of a model, which are closed afterwards, whatever happens. */
export async function withFiles<T>(
  files: ModelFiles,
  { signal, work }: { readonly signal?: AbortSignal | undefined; readonly work: (kept: KeptFiles) => Promise<T> },
): Promise<T> {
  const kept = keepOpen(files, signal);
  try {
    return await work(kept);
  } finally {
    await kept.close();
  }
}

/**
 * Opens a model whose files stay open for its weights, with open sizes fixed as `fixSizes` does; a failure closes them.
 *
 * @throws UsageError, ShapeError as `fixSizes` does; what `work` throws.
 */
export async function openKept<T extends { readonly graph: Graph }>(
  files: ModelFiles,
  {
    signal,
    sizes = new Map(),
    work,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly sizes?: Sizes | undefined;
    readonly work: (kept: KeptFiles) => Promise<T>;
  },
): Promise<T & Pick<KeptFiles, "close">> {
  const kept = keepOpen(files, signal);
  try {
    const read = await work(kept);
    return { ...read, graph: fixSizes(read.graph, sizes), close: () => kept.close() };
  } catch (error) {
    await kept.close();
    throw error;
  }
}
