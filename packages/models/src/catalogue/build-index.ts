import type { DType } from "@samoyed/core";
import type { TensorType } from "../parameter.ts";
import { type ArchitectureFile, writeArchitectureFile } from "./architecture-file.ts";
import type { CatalogueIndex } from "./catalogue.ts";
import { fingerprint, sketch, type VariableNames } from "./fingerprint.ts";
import { hashBytes } from "./hash-text.ts";
import { ARCHITECTURE_VERSION } from "./stored-graph.ts";

/** An architecture with its place in the data. */
export interface IndexedArchitecture {
  /** timm's name without a tag. */
  readonly name: string;
  /** The name of its file, without the ending. */
  readonly file: string;
  readonly content: ArchitectureFile;
  /** The number of trained parameters. */
  readonly parameters: number;
}

/** Makes the index of a catalogue. */
export function buildIndex(
  architectures: readonly IndexedArchitecture[],
  { versions, refused, untapped }: Pick<CatalogueIndex, "versions" | "refused" | "untapped">,
): CatalogueIndex {
  const heads = new Set(architectures.flatMap(({ content }) => content.absentWithoutClasses));
  const channels = new Map(architectures.flatMap(({ content }) => content.channels));
  const variable: VariableNames = { heads, channels };
  const sketches = new Map<string, number>();
  const rows = architectures.map(({ name, file, content, parameters }) => {
    const tensors = new Map<string, TensorType>(
      content.tensors.map(([tensor, shape, dtype = "float32"]) => [tensor, { shape, dtype: dtype as DType }]),
    );
    const key = sketch(tensors, variable).join(" ");
    if (!sketches.has(key)) sketches.set(key, sketches.size);
    return [
      name,
      file,
      fingerprint(tensors, variable),
      sketches.get(key)!,
      parameters,
      hashBytes(writeArchitectureFile(content)),
    ] as const;
  });
  return {
    version: ARCHITECTURE_VERSION,
    versions,
    heads: [...heads].sort(),
    channels: [...channels].sort(([a], [b]) => (a < b ? -1 : 1)),
    sketches: [...sketches.keys()].map((key) => key.split(" ")),
    architectures: rows,
    refused,
    untapped,
  };
}
