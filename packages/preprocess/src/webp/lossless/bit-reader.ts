import { truncated } from "../damaged.ts";

/** Reads bits of lossless data, the lowest first. Beyond the end are zeros; `requireData` tells. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private at = 0;
  private window = 0;
  private count = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next bits without taking them, at most 15. */
  peek(size: number): number {
    while (this.count < size) {
      this.window |= (this.bytes[this.at++] ?? 0) << this.count;
      this.count += 8;
    }
    return this.window & ((1 << size) - 1);
  }

  skip(size: number): void {
    this.window >>>= size;
    this.count -= size;
  }

  /** Takes bits, at most 15. */
  take(size: number): number {
    const value = this.peek(size);
    this.skip(size);
    return value;
  }

  /**
   * Checks that all bits that were taken are in the data.
   *
   * @throws FormatError when they are not.
   */
  requireData(): void {
    if (this.at * 8 - this.count > this.bytes.length * 8) throw truncated("the last pixel");
  }
}
