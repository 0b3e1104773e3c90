import { UnsupportedError } from "@samoyed/core";
import type { Hypothesis } from "../family.ts";
import type { TensorType } from "../parameter.ts";
import { readArchitectureFile } from "./architecture-file.ts";
import { type CataloguedArchitecture, channelsOf, storedChannels } from "./catalogued-architecture.ts";
import { type ReadData, readDocument } from "./document.ts";
import { fingerprint, similarity, sketch, type VariableNames } from "./fingerprint.ts";
import { readData } from "./read-data.ts";

/** The catalogue's index: small, and read first. */
export interface CatalogueIndex {
  readonly version: number;
  /** The versions that exported the networks. */
  readonly versions: { readonly timm: string; readonly torch: string };
  /** Names of classifiers' tensors. */
  readonly heads: readonly string[];
  /** Names of tensors of which an axis is the number of input channels, and that axis. */
  readonly channels: readonly (readonly [name: string, axis: number])[];
  /** Sketches of names; architectures that differ in sizes only share one. */
  readonly sketches: readonly (readonly string[])[];
  /** timm's name, its file without the ending, the fingerprint, the index of its sketch, its number of parameters, and the file's `hashBytes`. */
  readonly architectures: readonly (readonly [
    name: string,
    file: string,
    fingerprint: string,
    sketch: number,
    parameters: number,
    hash: string,
  ])[];
  /** The names that PyTorch cannot export or Samoyed cannot convert, and why. */
  readonly refused: readonly (readonly [name: string, reason: string])[];
  /** The names whose feature maps PyTorch or timm refuse, and why. */
  readonly untapped: readonly (readonly [name: string, reason: string])[];
}

/** The index's file. */
export const INDEX_FILE = "index.json.deflate";
/** The ending of an architecture's file. */
export const ARCHITECTURE_ENDING = ".architecture";

const MAX_INDEX_BYTES = 16 * 2 ** 20;
/** How many architectures are compared when none fits. */
const NEAREST = 8;
/** The least share of the best similarity with which names are compared at all: a sketch is an estimate. */
const NEAR_BEST = 0.7;

const ALL = (): boolean => true;

type Tensors = ReadonlyMap<string, TensorType>;

/** Architectures as data: found by name, or by the names and shapes of a state dict. One file is read at a time. */
export class Catalogue {
  readonly #read: ReadData;
  readonly index: CatalogueIndex;
  readonly #variable: VariableNames;
  readonly #rows: ReadonlyMap<string, CatalogueIndex["architectures"][number]>;

  constructor(read: ReadData, index: CatalogueIndex) {
    this.#read = read;
    this.index = index;
    this.#variable = { heads: new Set(index.heads), channels: new Map(index.channels) };
    this.#rows = new Map(index.architectures.map((row) => [row[0], row]));
  }

  /**
   * Opens the catalogue.
   *
   * @throws FormatError when the index is damaged, UnsupportedError when it is of another version.
   */
  static async open(read: ReadData = readData): Promise<Catalogue> {
    const { document } = await readDocument(read, INDEX_FILE, { maxBytes: MAX_INDEX_BYTES });
    return new Catalogue(read, document as CatalogueIndex);
  }

  /** The names of all architectures, in timm's order. */
  get names(): readonly string[] {
    return [...this.#rows.keys()];
  }

  /**
   * Loads an architecture by timm's name without a tag; `undefined` if there is none.
   *
   * @throws UnsupportedError for one that could not be made.
   */
  async load(name: string): Promise<CataloguedArchitecture | undefined> {
    const row = this.#rows.get(name);
    if (row === undefined) {
      const reason = this.index.refused.find(([refused]) => refused === name)?.[1];
      if (reason === undefined) return undefined;
      throw new UnsupportedError(`${name} is not in the catalogue: ${reason}`, {
        hint: "Export the network with torch.export, and convert the .pt2 file.",
      });
    }
    const [, fileName, , , , hash] = row;
    const file = await readArchitectureFile(this.#read, `${fileName}${ARCHITECTURE_ENDING}`, hash);
    const noTaps = this.index.untapped.find(([untapped]) => untapped === name)?.[1];
    return {
      family: "catalogue",
      name,
      fileName,
      file,
      channels: storedChannels(file),
      ...(noTaps !== undefined && { noTaps }),
    };
  }

  /**
   * The architectures that a state dict may belong to, in timm's order. They need not fit.
   *
   * @param isWanted - Says of a name whether it is one of those to look for.
   */
  async candidates(
    tensors: Tensors,
    isWanted: (name: string) => boolean = ALL,
  ): Promise<readonly Hypothesis<CataloguedArchitecture>[]> {
    const key = fingerprint(tensors, this.#variable);
    const rows = this.index.architectures.filter((row) => row[2] === key && isWanted(row[0]));
    return this.#hypotheses(
      rows.map(([name]) => name),
      tensors,
    );
  }

  /** The architectures whose names of tensors, and then number of parameters, are nearest to a state dict's. */
  async nearest(
    tensors: Tensors,
    isWanted: (name: string) => boolean = ALL,
  ): Promise<readonly Hypothesis<CataloguedArchitecture>[]> {
    const own = sketch(tensors, this.#variable);
    const scores = this.index.sketches.map((other) => similarity(own, other));
    const best = Math.max(0, ...scores);
    if (best === 0) return [];
    const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    const rows = this.index.architectures
      .filter((row) => scores[row[3]]! >= NEAR_BEST * best)
      .sort((a, b) => Math.abs(a[4] - parameters) - Math.abs(b[4] - parameters))
      .slice(0, NEAREST)
      .filter(([name]) => isWanted(name));
    return this.#hypotheses(
      rows.map(([name]) => name),
      tensors,
    );
  }

  async #hypotheses(
    names: readonly string[],
    tensors: Tensors,
  ): Promise<readonly Hypothesis<CataloguedArchitecture>[]> {
    return Promise.all(
      names.map(async (name) => {
        const architecture = (await this.load(name))!;
        return {
          name,
          architecture: { ...architecture, channels: channelsOf(architecture.file, tensors) },
        };
      }),
    );
  }
}

let opened: Promise<Catalogue> | undefined;

/** The catalogue of `@samoyed/architectures`. Opened once. */
export function openCatalogue(): Promise<Catalogue> {
  return (opened ??= Catalogue.open());
}
