import { FormatError } from "@samoyed/core";

/**
 * Inflates a zlib stream (RFC 1950, 1951) into a buffer of known size, and stops when it is full: the rest of a
 * longer stream is ignored, so a deflate bomb does no harm. Checks everything that zlib checks.
 *
 * Not taken from a library because it must fail where zlib fails (over-subscribed and incomplete
 * codes, distances too far back, the checksum), stop at a given size, and do both synchronously in browsers.
 *
 * @throws FormatError when the stream is damaged, or ends before `output` is full.
 */
export function inflateInto(output: Uint8Array, input: Uint8Array): void {
  if (input.length < 2) throw endsEarly(0, output);
  const [method, flags] = input as unknown as [number, number];
  if ((method & 15) !== 8 || method >> 4 > 7 || ((method << 8) | flags) % 31 !== 0 || flags & 32) {
    throw damaged("header", 0);
  }
  const state: InflateState = { input, output, position: 2, bits: 0, count: 0, written: 0, length: 0, distance: 0 };
  for (let last = false; !last;) {
    if (!tryNeed(state, 3)) return requireFull(state);
    last = take(state, 1) === 1;
    const type = take(state, 2);
    if (type === 3) throw damaged("block type", state.position);
    const done =
      type === 0 ? copyStored(state) : inflateBlock(state, ...(type === 1 ? fixedCodes() : readCodes(state)));
    if (!done) return requireFull(state);
  }
  requireFull(state);
  checkAdler(state);
}

interface InflateState {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  position: number;
  /** Bits loaded but not used: the low `count` of `bits`, next bit lowest. */
  bits: number;
  count: number;
  written: number;
  /** The last match read by `readMatch`. */
  length: number;
  distance: number;
}

/** A Huffman code: entries symbol << 4 | length, indexed by the next `width` bits; 0 if no code begins with them. */
interface Code {
  readonly entries: Uint16Array;
  readonly width: number;
}

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]; // prettier-ignore
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577]; // prettier-ignore
const DISTANCE_EXTRA = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

/** Loads at least `size` bits (up to 24) if the input has them. */
function tryNeed(state: InflateState, size: number): boolean {
  while (state.count < size) {
    if (state.position >= state.input.length) return false;
    state.bits |= state.input[state.position++]! << state.count;
    state.count += 8;
  }
  return true;
}

function need(state: InflateState, size: number): void {
  if (!tryNeed(state, size)) throw endsEarly(state.written, state.output);
}

function take(state: InflateState, size: number): number {
  const value = state.bits & ((1 << size) - 1);
  state.bits >>>= size;
  state.count -= size;
  return value;
}

function read(state: InflateState, size: number): number {
  need(state, size);
  return take(state, size);
}

/** Copies a stored block. Returns false when the output is full or the input empty before its end. */
function copyStored(state: InflateState): boolean {
  take(state, state.count & 7);
  if (!tryNeed(state, 16)) return false;
  const length = take(state, 16);
  if (!tryNeed(state, 16)) return false;
  if ((take(state, 16) ^ 0xffff) !== length) throw damaged("stored block length", state.position);
  // Only whole bytes are loaded here, at most two.
  state.position -= state.count >> 3;
  state.bits = 0;
  state.count = 0;
  const { input, output, position, written } = state;
  const size = Math.min(length, output.length - written, input.length - position);
  output.set(input.subarray(position, position + size), written);
  state.position += size;
  state.written += size;
  return size === length;
}

/** Decodes a block's symbols. Returns false when the output is full or the input empty before its end. */
function inflateBlock(state: InflateState, literals: Code, distances: Code): boolean {
  const { input, output } = state;
  const end = output.length;
  let { position, bits, count, written } = state;
  let done = false;
  for (;;) {
    while (count < 15 && position < input.length) {
      bits |= input[position++]! << count;
      count += 8;
    }
    const entry = literals.entries[bits & ((1 << literals.width) - 1)]!;
    const size = entry & 15;
    if (entry === 0 && count >= literals.width) throw damaged("literal or length code", position);
    if (entry === 0 || size > count) break;
    const symbol = entry >> 4;
    if (symbol === END_OF_BLOCK) {
      bits >>>= size;
      count -= size;
      done = true;
      break;
    }
    if (symbol < END_OF_BLOCK) {
      if (written === end) break;
      bits >>>= size;
      count -= size;
      output[written++] = symbol;
      continue;
    }
    state.position = position;
    state.bits = bits >>> size;
    state.count = count - size;
    const complete = readMatch(state, symbol, distances);
    ({ position, bits, count } = state);
    if (!complete) break;
    // zlib checks a match even if there is no room for it.
    if (state.distance > written) throw damaged("distance, before the beginning", position);
    const stop = Math.min(written + state.length, end);
    const cut = written + state.length > end;
    for (const back = state.distance; written < stop; written++) output[written] = output[written - back]!;
    if (cut) break;
  }
  Object.assign(state, { position, bits, count, written });
  return done;
}

/** Reads the bits after a length symbol. Returns false when the input ends before it does. */
function readMatch(state: InflateState, symbol: number, { entries, width }: Code): boolean {
  if (symbol > 285) throw damaged("length code", state.position);
  const lengthBits = LENGTH_EXTRA[symbol - 257]!;
  if (!tryNeed(state, lengthBits)) return false;
  state.length = LENGTH_BASE[symbol - 257]! + take(state, lengthBits);
  tryNeed(state, 15);
  const entry = entries[state.bits & ((1 << width) - 1)]!;
  if (entry === 0 && state.count >= width) throw damaged("distance code", state.position);
  if (entry === 0 || (entry & 15) > state.count) return false;
  take(state, entry & 15);
  if (entry >> 4 > 29) throw damaged("distance code", state.position);
  const distanceBits = DISTANCE_EXTRA[entry >> 4]!;
  if (!tryNeed(state, distanceBits)) return false;
  state.distance = DISTANCE_BASE[entry >> 4]! + take(state, distanceBits);
  return true;
}

/** Builds a code from its lengths; zlib's rules for which sets of lengths are allowed (inftrees.c). */
function buildCode(
  lengths: Uint8Array,
  { kind, position }: { kind: "code lengths" | "literals" | "distances"; position: number },
): Code {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const width = Math.max(
    1,
    counts.findLastIndex((count) => count > 0),
  );
  const next = new Uint16Array(17);
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw damaged(`set of ${kind}, over-subscribed`, position);
    next[length + 1] = (next[length]! + counts[length]!) << 1;
  }
  const none = counts.every((count) => count === 0);
  // An incomplete code is allowed only as a single code of one bit; without any code, the first use is the error.
  if (left > 0 && !none && (kind === "code lengths" || width > 1))
    throw damaged(`set of ${kind}, incomplete`, position);
  const entries = new Uint16Array(1 << width);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const code = next[length]!++;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    for (let at = reversed; at < entries.length; at += 1 << length) entries[at] = (symbol << 4) | length;
  });
  return { entries, width };
}

let fixed: readonly [Code, Code] | undefined;

function fixedCodes(): readonly [Code, Code] {
  if (fixed === undefined) {
    const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
    fixed = [
      buildCode(lengths, { kind: "literals", position: 0 }),
      buildCode(new Uint8Array(32).fill(5), { kind: "distances", position: 0 }),
    ];
  }
  return fixed;
}

/** Reads a dynamic block's codes. */
function readCodes(state: InflateState): readonly [Code, Code] {
  const literalCount = read(state, 5) + 257;
  const distanceCount = read(state, 5) + 1;
  const lengthCount = read(state, 4) + 4;
  if (literalCount > 286 || distanceCount > 30) throw damaged("number of codes", state.position);
  const codeLengths = new Uint8Array(19);
  for (let i = 0; i < lengthCount; i++) codeLengths[CODE_LENGTH_ORDER[i]!] = read(state, 3);
  const code = buildCode(codeLengths, { kind: "code lengths", position: state.position });

  const lengths = new Uint8Array(literalCount + distanceCount);
  for (let i = 0; i < lengths.length;) {
    tryNeed(state, 7);
    const entry = code.entries[state.bits & ((1 << code.width) - 1)]!;
    if (entry === 0 && state.count >= code.width) throw damaged("code length", state.position);
    if (entry === 0 || (entry & 15) > state.count) throw endsEarly(state.written, state.output);
    take(state, entry & 15);
    const symbol = entry >> 4;
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw damaged("repeated code length, with none before", state.position);
    const value = symbol === 16 ? lengths[i - 1]! : 0;
    const repeat = symbol === 16 ? 3 + read(state, 2) : symbol === 17 ? 3 + read(state, 3) : 11 + read(state, 7);
    if (i + repeat > lengths.length) throw damaged("repeated code length, past the last", state.position);
    lengths.fill(value, i, i + repeat);
    i += repeat;
  }
  if (lengths[END_OF_BLOCK] === 0) throw damaged("code, without an end of block", state.position);
  return [
    buildCode(lengths.subarray(0, literalCount), { kind: "literals", position: state.position }),
    buildCode(lengths.subarray(literalCount), { kind: "distances", position: state.position }),
  ];
}

function requireFull({ written, output }: InflateState): void {
  if (written < output.length) throw endsEarly(written, output);
}

/** Compares the checksum if the input still has it: Pillow stops reading at the last row. */
function checkAdler(state: InflateState): void {
  const { input, output } = state;
  const at = state.position - (state.count >> 3);
  if (at + 4 > input.length) return;
  const stored = new DataView(input.buffer, input.byteOffset).getUint32(at);
  let low = 1;
  let high = 0;
  // 3,800 bytes are the most that fit in 31 bits between two reductions.
  for (let start = 0; start < output.length; start += 3800) {
    const stop = Math.min(start + 3800, output.length);
    for (let i = start; i < stop; i++) {
      low += output[i]!;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  const computed = ((high << 16) | low) >>> 0;
  if (computed !== stored) throw damaged(`checksum ${hex(stored)} (the data has ${hex(computed)})`, at);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function damaged(what: string, position: number): FormatError {
  return new FormatError(`PNG: wrong ${what} at byte ${position} of the compressed image data`, {
    details: { offset: position },
  });
}

function endsEarly(written: number, output: Uint8Array): FormatError {
  return new FormatError(`PNG: the image data end after ${written} of ${output.length} bytes`, {
    hint: "The file is truncated: fetch or copy it again.",
    details: { written, expected: output.length },
  });
}
