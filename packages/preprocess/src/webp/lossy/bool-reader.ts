/** Reads decisions of known probability: RFC 6386, section 7. */
export class BoolReader {
  /** Whether more was read than there is. */
  ended = false;
  private readonly bytes: Uint8Array;
  private at = 0;
  private value = 0;
  /** The interval's length less one. */
  private range = 254;
  /** Bits of `value` besides the eight that are compared. */
  private bits = -8;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A decision that is 0 with a probability in 256ths. */
  bit(probability: number): number {
    if (this.bits < 0) this.load();
    const split = (this.range * probability) >> 8;
    const isSet = this.value >> this.bits > split;
    // The interval's length.
    let length = split + 1;
    if (isSet) {
      length = this.range - split;
      this.value -= (split + 1) << this.bits;
    }
    const shift = Math.clz32(length) - 24;
    this.bits -= shift;
    this.range = (length << shift) - 1;
    return isSet ? 1 : 0;
  }

  flag(): boolean {
    return this.bit(128) === 1;
  }

  /** A number, its highest bit first. */
  number(bits: number): number {
    let result = 0;
    for (let i = 0; i < bits; i++) result = (result << 1) | this.bit(128);
    return result;
  }

  /** A number and its sign. */
  signed(bits: number): number {
    const size = this.number(bits);
    return this.flag() ? -size : size;
  }

  /** A number with a sign, or 0 where a flag says that there is none. */
  optional(bits: number): number {
    return this.flag() ? this.signed(bits) : 0;
  }

  private load(): void {
    const byte = this.bytes[this.at++];
    if (byte !== undefined) {
      this.value = (this.value << 8) | byte;
      this.bits += 8;
    } else if (!this.ended) {
      this.value <<= 8;
      this.bits += 8;
      this.ended = true;
    } else {
      this.bits = 0;
    }
  }
}
