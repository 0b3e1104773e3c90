/** A SHA-256 that takes its input piece by piece, in plain TypeScript: the browsers' own takes only whole arrays. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The hash of all input, as 64 hexadecimal digits. No more input is allowed. */
  digest(): string;
}

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const K: Int32Array = Int32Array.from(primes(64), (prime) => fractionBits(Math.cbrt(prime)));

/** The same for the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
const INITIAL: Int32Array = Int32Array.from(primes(8), (prime) => fractionBits(Math.sqrt(prime)));

const BLOCK_BYTES = 64;

/** Starts a SHA-256 (FIPS 180-4). In Node, `hashSource` of `@samoyed/core/node` is many times faster. */
export function sha256(): Sha256 {
  const state = INITIAL.slice();
  const schedule = new Int32Array(64);
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  let total = 0;

  function update(bytes: Uint8Array): void {
    total += bytes.byteLength;
    let at = 0;
    if (filled > 0) {
      at = Math.min(BLOCK_BYTES - filled, bytes.byteLength);
      block.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < BLOCK_BYTES) {
        return;
      }
      compress(state, schedule, block, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.byteLength; at += BLOCK_BYTES) {
      compress(state, schedule, bytes, at);
    }
    block.set(bytes.subarray(at));
    filled = bytes.byteLength - at;
  }

  function digest(): string {
    const bits = total * 8;
    const padding = new Uint8Array((filled < 56 ? 56 : 120) - filled + 8);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.byteLength - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.byteLength - 4, bits >>> 0);
    update(padding);
    return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  return { update, digest };
}

function compress(state: Int32Array, schedule: Int32Array, bytes: Uint8Array, start: number): void {
  for (let t = 0, at = start; t < 16; t++, at += 4) {
    schedule[t] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!;
    const y = schedule[t - 2]!;
    // The arrays hold signed integers, which engines compute fastest; additions wrap around the same way.
    const small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    schedule[t] = (small1 + schedule[t - 7]! + small0 + schedule[t - 16]!) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + big1 + ((e & f) ^ (~e & g)) + K[t]! + schedule[t]!) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (big0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

function rotate(x: number, count: number): number {
  return (x >>> count) | (x << (32 - count));
}

function fractionBits(x: number): number {
  return Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) {
    if (found.every((prime) => n % prime !== 0)) {
      found.push(n);
    }
  }
  return found;
}
