import type { ByteSource } from "./source.ts";

/** The files of a model: the one that is named, and those beside it. */
export interface ModelFiles {
  /** For messages: the path or address of the model's own file. */
  readonly label: string;
  /** Whether all files can be opened and measured without reading them. */
  readonly local: boolean;
  /** Opens a file by its name beside the model's own; `""` is the model's own. The caller closes it. */
  open(name: string, signal: AbortSignal | undefined): Promise<ByteSource>;
}
