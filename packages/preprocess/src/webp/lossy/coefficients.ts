import type { BoolReader } from "./bool-reader.ts";
import type { LossyHeader, Steps } from "./header.ts";
import { inverseWalshHadamard } from "./inverse-transform.ts";
import type { MacroblockModes } from "./modes.ts";

/** Kinds of blocks, by which the probabilities differ. */
const KIND = { lumaAfterSecond: 0, second: 1, chroma: 2, luma: 3 } as const;

/** The band of each coefficient, and one more. */
const BANDS = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0];
const ZIGZAG = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/** Probabilities of the further bits of large values, from 11 on. */
const LARGE = [
  [173, 148, 140],
  [176, 155, 140, 135],
  [180, 157, 141, 134, 130],
  [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
];

const PROBABILITIES = 11;
const CONTEXTS = 3;

/** Blocks of a macroblock: 16 of luma, 4 of each chroma. */
const BLOCKS = 24;

/** What blocks of a macroblock have in common. */
interface Blocks {
  readonly to: Int16Array;
  readonly kind: number;
  /** The first coefficient that is stored. */
  readonly first: number;
  readonly steps: readonly [number, number];
}

/** Reads the coefficients of macroblocks: RFC 6386, section 13. */
export class CoefficientReader {
  /** Coefficients of the blocks of a macroblock, 16 each, multiplied by their steps. */
  readonly values: Int16Array = new Int16Array(16 * BLOCKS);
  /** Whether a block has any. */
  readonly filled: Uint8Array = new Uint8Array(BLOCKS);
  private readonly probabilities: Uint8Array;
  /** By column, whether blocks above had coefficients: 4 of luma, 2 of each chroma, and the second transform. */
  private readonly above: Uint8Array;
  private readonly before = new Uint8Array(9);
  private readonly second = new Int16Array(16);

  constructor({ coefficients }: Pick<LossyHeader, "coefficients">, columns: number) {
    this.probabilities = coefficients;
    this.above = new Uint8Array(9 * columns);
  }

  startRow(): void {
    this.before.fill(0);
  }

  /** Passes over a macroblock without coefficients. */
  skip(column: number, { split }: Pick<MacroblockModes, "split">): void {
    const size = split ? 8 : 9;
    this.above.fill(0, 9 * column, 9 * column + size);
    this.before.fill(0, 0, size);
    this.filled.fill(0);
  }

  /** Reads a macroblock's coefficients; returns whether there are any. */
  read(
    reader: BoolReader,
    { column, split, steps }: { readonly column: number; readonly split: boolean; readonly steps: Steps },
  ): boolean {
    const { values, filled, above, before } = this;
    const at = 9 * column;
    values.fill(0);
    filled.fill(0);
    if (!split) {
      this.second.fill(0);
      const context = above[at + 8]! + before[8]!;
      const end = this.readBlock(
        reader,
        { to: this.second, kind: KIND.second, first: 0, steps: steps.second },
        0,
        context,
      );
      above[at + 8] = before[8] = end > 0 ? 1 : 0;
      inverseWalshHadamard(this.second, values);
    }
    const first = split ? 0 : 1;
    const luma = { to: values, kind: split ? KIND.luma : KIND.lumaAfterSecond, first, steps: steps.luma };
    const chroma = { to: values, kind: KIND.chroma, first: 0, steps: steps.chroma };
    for (let block = 0; block < 16; block++) {
      const column4 = at + (block & 3);
      const row4 = block >> 2;
      const context = above[column4]! + before[row4]!;
      const end = this.readBlock(reader, luma, 16 * block, context);
      above[column4] = before[row4] = end > first ? 1 : 0;
      filled[block] = end > first || values[16 * block] !== 0 ? 1 : 0;
    }
    for (let block = 16; block < BLOCKS; block++) {
      const plane = 4 + 2 * ((block - 16) >> 2);
      const column2 = at + plane + (block & 1);
      const row2 = plane + ((block >> 1) & 1);
      const context = above[column2]! + before[row2]!;
      const end = this.readBlock(reader, chroma, 16 * block, context);
      above[column2] = before[row2] = end > 0 ? 1 : 0;
      filled[block] = end > 0 ? 1 : 0;
    }
    return filled.includes(1);
  }

  /** Reads a block; returns the place after its last coefficient. */
  private readBlock(reader: BoolReader, blocks: Blocks, offset: number, context: number): number {
    const { to, kind, first, steps } = blocks;
    const { probabilities: p } = this;
    const place = (n: number, given: number): number => ((kind * 8 + BANDS[n]!) * CONTEXTS + given) * PROBABILITIES;
    let at = place(first, context);
    for (let n = first; n < 16; n++) {
      if (reader.bit(p[at]!) === 0) return n;
      while (reader.bit(p[at + 1]!) === 0) {
        if (++n === 16) return 16;
        at = place(n, 0);
      }
      const isOne = reader.bit(p[at + 2]!) === 0;
      const size = isOne ? 1 : this.readLarge(reader, at);
      at = place(n + 1, isOne ? 1 : 2);
      to[offset + ZIGZAG[n]!] = (reader.bit(128) === 1 ? -size : size) * (n > 0 ? steps[1] : steps[0]);
    }
    return 16;
  }

  /** A value of 2 or more. */
  private readLarge(reader: BoolReader, at: number): number {
    const bit = (i: number): number => reader.bit(this.probabilities[at + i]!);
    if (bit(3) === 0) return bit(4) === 0 ? 2 : 3 + bit(5);
    if (bit(6) === 0) {
      if (bit(7) === 0) return 5 + reader.bit(159);
      const high = reader.bit(165);
      return 7 + 2 * high + reader.bit(145);
    }
    const high = bit(8);
    const category = 2 * high + bit(9 + high);
    const further = LARGE[category]!.reduce((value, probability) => 2 * value + reader.bit(probability), 0);
    return 3 + (8 << category) + further;
  }
}
