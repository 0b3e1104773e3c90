import type { ByteSource } from "./source.ts";

/** The files of a model: its main file, and those beside it. */
export interface ModelFiles {
  /** The path or address of the model's main file, for error messages. */
  readonly label: string;
  /** Whether all files can be opened and measured without reading them. */
  readonly local: boolean;
  /** Opens a file by its name, relative to the main file's folder; `""` is the main file. The caller closes it. */
  open(name: string, signal: AbortSignal | undefined): Promise<ByteSource>;
}
