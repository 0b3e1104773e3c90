import type { Shape } from "@samoyed/core";
import { readDocument, type ReadData, writeDocument } from "./document.ts";
import type { GraphProfile } from "../graph-profile.ts";
import type { StoredGraph } from "./stored-graph.ts";

/** A tensor of a state dict: its name, its shape, and its dtype where that is not float32. */
export type StoredWeight = readonly [name: string, shape: Shape, dtype?: string];

/** A tensor and the one axis of it that depends on a number. */
export type DependentAxis = readonly [name: string, axis: number];

/** The profiles of an architecture's graphs, by their outputs. */
export type StoredProfiles = Readonly<Partial<Record<"logits" | "features", GraphProfile>>>;

/** An architecture of the catalogue: a graph without weights, and what is known of its state dict. */
export interface ArchitectureFile {
  readonly version: number;
  /** The state dict, in PyTorch's order. */
  readonly tensors: readonly StoredWeight[];
  /** The tensors that depend on the number of classes. */
  readonly classes: readonly DependentAxis[];
  /** The tensors that a network without a classifier lacks. */
  readonly absentWithoutClasses: readonly string[];
  /** The tensors that depend on the number of input channels; empty where it cannot be chosen. */
  readonly channels: readonly DependentAxis[];
  /** Where height and width are open: the number that they are multiples of, and the least one. */
  readonly sides?: { readonly multiple: number; readonly least: number } | undefined;
  /** The modules whose outputs are timm's `features_only`, by descending resolution. */
  readonly taps: readonly string[];
  /** Outputs: `logits`, `features` where there is a classifier, and `tapName(module)` for each of `taps`. */
  readonly graph: StoredGraph;
  /** What its graphs are compared by with those of other architectures of the same tensors; absent where there are none. */
  readonly profiles?: StoredProfiles | undefined;
  /** The bytes of the tensors that the graph has and no state dict contains. */
  readonly data: Uint8Array;
}

/** Largest file, decompressed, in bytes: ten times the largest one. */
const MAX_BYTES = 32 * 2 ** 20;

/**
 * Reads an architecture's file.
 *
 * @param hash - The one that the index has.
 * @throws FormatError when it is damaged, UnsupportedError when it is of another version.
 */
export async function readArchitectureFile(read: ReadData, name: string, hash: string): Promise<ArchitectureFile> {
  const { document, data } = await readDocument(read, name, { maxBytes: MAX_BYTES, hash });
  return { ...(document as Omit<ArchitectureFile, "data">), data };
}

/** The bytes that `readArchitectureFile` reads, not compressed. */
export function writeArchitectureFile({ data, ...document }: ArchitectureFile): Uint8Array<ArrayBuffer> {
  return writeDocument({ document, data });
}
