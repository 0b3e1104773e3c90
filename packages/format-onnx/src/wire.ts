import { type ByteSource, FormatError, type ReadOptions, throwIfAborted, UnsupportedError } from "@samoyed/core";
import { decodeVarint } from "./varint.ts";

/**
 * Limit on the items of a network's description (names, sizes, attributes) while it is indexed; weights do not
 * count. The largest language models have some 100,000 nodes, so this is far above any network, and bounds
 * what a small hostile file can allocate: a two-byte field can become an object of a hundred bytes.
 */
export const MAX_INDEX_ITEMS = 4_000_000;

/** Headers are a few bytes between long ranges of weights: a read of this size fetches many small fields, or one header cheaply. */
const WINDOW_BYTES = 16_384;

/** A tag of at most 5 bytes and a varint of at most 10. */
const MAX_HEADER_BYTES = 15;

/** A byte range of the file: a message's content, or a field's. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Wire type of a field. */
export type WireType = "varint" | "fixed64" | "delimited" | "fixed32";

/** One field of a message: the unsigned value of a varint, and the range of the payload of any field. */
export interface Field extends Span {
  readonly number: number;
  readonly wireType: WireType;
  readonly value: bigint;
}

/** A protobuf file that is read by byte ranges: see `openWire`. */
export interface Wire {
  readonly source: ByteSource;
  readonly whole: Span;
  /** Reads the fields of a message, in order. `what` names the message in errors. */
  fields(span: Span, what: string): Promise<readonly Field[]>;
  /** Yields the fields one by one, for messages that may have very many. */
  stream(span: Span, what: string): AsyncGenerator<Field>;
  /** Reads the bytes of a range; a view that stays valid, not to be written to. */
  bytes(span: Span): Promise<Uint8Array>;
  /** Counts items that are kept in memory. */
  charge(items: number): void;
  /** Makes an error about the bytes at an offset. */
  fail(offset: number, message: string, cause?: unknown): FormatError;
}

/** Wire types by number; `undefined` for 6 and 7, which protobuf does not define. */
const WIRE_TYPES: readonly (WireType | "group")[] = ["varint", "fixed64", "delimited", "group", "group", "fixed32"];

/**
 * Reads protobuf's wire format from a source without reading all of it: lengths are followed, payloads are skipped.
 *
 * Every length is checked against the enclosing message before it is used. Nesting costs nothing, because fields that
 * are not needed are never entered.
 */
export function openWire(source: ByteSource, options: ReadOptions = {}): Wire {
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;
  let itemCount = 0;

  const fail = (offset: number, message: string, cause?: unknown): FormatError =>
    new FormatError(`${source.label}: at byte ${offset}: ${message}`, { details: { offset }, cause });

  function charge(items: number): void {
    itemCount += items;
    if (itemCount > MAX_INDEX_ITEMS) {
      throw new UnsupportedError(`${source.label}: the model's description has more than ${MAX_INDEX_ITEMS} items`, {
        details: { limit: MAX_INDEX_ITEMS },
      });
    }
  }

  function inWindow({ start, end }: Span): boolean {
    return start >= windowStart && end <= windowStart + window.byteLength;
  }

  async function moveWindow(start: number): Promise<void> {
    throwIfAborted(options.signal);
    window = await source.read(start, Math.min(WINDOW_BYTES, source.byteLength - start), options);
    windowStart = start;
  }

  async function bytes(span: Span): Promise<Uint8Array> {
    const { start, end } = span;
    if (!inWindow(span)) {
      if (end - start > WINDOW_BYTES) return source.read(start, end - start, options);
      await moveWindow(start);
    }
    return window.subarray(start - windowStart, end - windowStart);
  }

  /** Parses the field at an offset, whose first bytes must be in the window. */
  function parse(at: number, span: Span, what: string): Field {
    charge(1);
    return parseField(window, { at, windowStart, span, what, fail });
  }

  async function fields(span: Span, what: string): Promise<readonly Field[]> {
    const list: Field[] = [];
    // The fields' contents are needed next, so a message that fits is fetched from its start.
    if (!inWindow(span) && span.end - span.start <= WINDOW_BYTES) await moveWindow(span.start);
    for (let at = span.start; at < span.end;) {
      // Awaiting costs more than parsing, and most fields are in memory.
      if (!inWindow(headAt(at, span))) await moveWindow(at);
      const field = parse(at, span, what);
      list.push(field);
      at = field.end;
    }
    return list;
  }

  async function* stream(span: Span, what: string): AsyncGenerator<Field> {
    for (let at = span.start; at < span.end;) {
      if (!inWindow(headAt(at, span))) await moveWindow(at);
      const field = parse(at, span, what);
      yield field;
      at = field.end;
    }
  }

  return { source, whole: { start: 0, end: source.byteLength }, fields, stream, bytes, charge, fail };
}

/** Size of the bytes that describe a field. */
function headAt(at: number, span: Span): Span {
  return { start: at, end: Math.min(at + MAX_HEADER_BYTES, span.end) };
}

/** Location of a field, for `parseField`. */
interface FieldPlace {
  readonly at: number;
  readonly windowStart: number;
  readonly span: Span;
  readonly what: string;
  readonly fail: Wire["fail"];
}

/** Parses the field at an offset of the file, from the window of the file that has its first bytes. */
function parseField(window: Uint8Array, { at, windowStart, span, what, fail }: FieldPlace): Field {
  const offset = at - windowStart;
  const limit = Math.min(window.byteLength, span.end - windowStart);
  const cut = (): FormatError => fail(at, `a field of ${what} is cut short by the end of its message`);
  const tag = decodeVarint(window, offset, limit);
  if (tag === "cut") throw cut();
  if (tag === "long" || tag.value > 0xffff_ffffn) throw fail(at, `a field of ${what} has a tag of more than 32 bits`);
  const number = Number(tag.value >> 3n);
  if (number === 0) throw fail(at, `a field of ${what} has the number 0`);
  const code = Number(tag.value & 7n);
  const wireType = WIRE_TYPES[code];
  if (wireType === undefined) throw fail(at, `field ${number} of ${what} has wire type ${code}; expected 0 to 5`);
  if (wireType === "group") throw fail(at, `field ${number} of ${what} is a group; ONNX has no groups`);
  const start = at + tag.length;
  if (wireType === "fixed64" || wireType === "fixed32") {
    const end = start + (wireType === "fixed64" ? 8 : 4);
    if (end > span.end) throw cut();
    return { number, wireType, value: 0n, start, end };
  }
  const varint = decodeVarint(window, offset + tag.length, limit);
  if (varint === "cut") throw cut();
  if (varint === "long") throw fail(start, `field ${number} of ${what} has a varint of more than 64 bits`);
  const { value } = varint;
  const next = start + varint.length;
  if (wireType === "varint") return { number, wireType, value, start, end: next };
  if (value > BigInt(span.end - next)) {
    throw fail(at, `field ${number} of ${what} claims ${value} bytes; ${span.end - next} are left in its message`);
  }
  return { number, wireType, value: 0n, start: next, end: next + Number(value) };
}
