import type { BoolReader } from "./bool-reader.ts";
import { MODE_PROBABILITIES } from "./probabilities.ts";

/** Modes of prediction, the first four of which are of whole macroblocks as well: RFC 6386, sections 8.2 and 11.2. */
export const MODE = {
  dc: 0,
  trueMotion: 1,
  vertical: 2,
  horizontal: 3,
  rightDown: 4,
  verticalRight: 5,
  leftDown: 6,
  verticalLeft: 7,
  horizontalDown: 8,
  horizontalUp: 9,
} as const;

/** How a macroblock is predicted. */
export interface MacroblockModes {
  segment: number;
  /** Whether it has no coefficients. */
  skipped: boolean;
  /** Whether each 4×4 block has a mode of its own. */
  split: boolean;
  /** One mode, or sixteen. */
  readonly luma: Uint8Array;
  chroma: number;
}

/** Reads modes, which depend on those above and to the left. */
export class ModeReader {
  readonly modes: MacroblockModes = {
    segment: 0,
    skipped: false,
    split: false,
    luma: new Uint8Array(16),
    chroma: MODE.dc,
  };
  private readonly reader: BoolReader;
  private readonly segmentTree: readonly number[] | undefined;
  private readonly skip: number | undefined;
  private readonly above: Uint8Array;
  private readonly before = new Uint8Array(4);

  constructor(
    reader: BoolReader,
    {
      segmentTree,
      skip,
      columns,
    }: {
      readonly segmentTree: readonly number[] | undefined;
      readonly skip: number | undefined;
      readonly columns: number;
    },
  ) {
    this.reader = reader;
    this.segmentTree = segmentTree;
    this.skip = skip;
    this.above = new Uint8Array(4 * columns);
  }

  startRow(): void {
    this.before.fill(MODE.dc);
  }

  /** Reads the modes of the macroblock of a column; the result is overwritten by the next. */
  read(column: number): MacroblockModes {
    const { reader, modes, segmentTree: tree } = this;
    if (tree !== undefined) {
      modes.segment = reader.bit(tree[0]!) === 0 ? reader.bit(tree[1]!) : 2 + reader.bit(tree[2]!);
    }
    modes.skipped = this.skip !== undefined && reader.bit(this.skip) === 1;
    modes.split = reader.bit(145) === 0;
    if (modes.split) this.readSplit(4 * column);
    else {
      const mode =
        reader.bit(156) === 1
          ? reader.bit(128) === 1
            ? MODE.trueMotion
            : MODE.horizontal
          : reader.bit(163) === 1
            ? MODE.vertical
            : MODE.dc;
      modes.luma.fill(mode);
      this.above.fill(mode, 4 * column, 4 * column + 4);
      this.before.fill(mode);
    }
    modes.chroma =
      reader.bit(142) === 0
        ? MODE.dc
        : reader.bit(114) === 0
          ? MODE.vertical
          : reader.bit(183) === 1
            ? MODE.trueMotion
            : MODE.horizontal;
    return modes;
  }

  private readSplit(from: number): void {
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        const mode = this.readBlockMode(9 * (10 * this.above[from + x]! + this.before[y]!));
        this.above[from + x] = mode;
        this.before[y] = mode;
        this.modes.luma[4 * y + x] = mode;
      }
    }
  }

  /** A mode by the probabilities from a place on. */
  private readBlockMode(at: number): number {
    const bit = (i: number): boolean => this.reader.bit(MODE_PROBABILITIES[at + i]!) === 1;
    if (!bit(0)) return MODE.dc;
    if (!bit(1)) return MODE.trueMotion;
    if (!bit(2)) return MODE.vertical;
    if (!bit(3)) {
      if (!bit(4)) return MODE.horizontal;
      return bit(5) ? MODE.verticalRight : MODE.rightDown;
    }
    if (!bit(6)) return MODE.leftDown;
    if (!bit(7)) return MODE.verticalLeft;
    return bit(8) ? MODE.horizontalUp : MODE.horizontalDown;
  }
}
