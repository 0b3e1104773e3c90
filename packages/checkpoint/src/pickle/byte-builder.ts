const ENCODER = new TextEncoder();

/** Collects the bytes of a header or a pickle in memory; meant for small amounts. */
export class ByteBuilder {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends bytes, one number each. */
  bytes(...values: readonly number[]): this {
    return this.append(Uint8Array.from(values));
  }

  /** Appends text as UTF-8. */
  text(value: string): this {
    return this.append(ENCODER.encode(value));
  }

  uint16(value: number): this {
    return this.bytes(value & 0xff, (value >>> 8) & 0xff);
  }

  uint32(value: number): this {
    return this.bytes(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff);
  }

  /** An integer of up to 2^53 - 1. */
  uint64(value: number): this {
    return this.uint32(value % 2 ** 32).uint32(Math.floor(value / 2 ** 32));
  }

  append(bytes: Uint8Array): this {
    if (this.#length + bytes.byteLength > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(2 * this.#bytes.byteLength, this.#length + bytes.byteLength));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
    return this;
  }

  /** A view of the appended bytes; valid until more are appended. */
  build(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
