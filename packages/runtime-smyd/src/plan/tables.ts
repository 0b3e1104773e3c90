import { UnsupportedError } from "@samoyed/core";
import { MAX_TABLE_BYTES, SMALLER } from "./limits.ts";

/** The tables of a program: i32 offsets and float32 constants that steps point to. Equal ones are kept once. */
export interface Tables {
  /** The address of a table; `key` says all that its content depends on. */
  add(key: string, count: number, content: () => Int32Array): number;
  /** The address of a table of float32. */
  floats(key: string, values: Float32Array): number;
  /** The address of a float32. */
  float(value: number): number;
  /** Everything, as it goes to the first address. */
  words(): Int32Array;
}

/** Words that one vector load takes: a table may be read to the end of its last. */
const ALIGN_WORDS = 4;

/**
 * Tables that begin at an address.
 *
 * @throws UnsupportedError, from `add`, before tables become larger than `MAX_TABLE_BYTES`.
 */
export function createTables(address: number): Tables {
  const places = new Map<string, number>();
  const parts: { readonly at: number; readonly words: Int32Array }[] = [];
  let length = 0;

  function add(key: string, count: number, content: () => Int32Array): number {
    const known = places.get(key);
    if (known !== undefined) return known;
    const at = length;
    length += Math.ceil(count / ALIGN_WORDS) * ALIGN_WORDS;
    if (length * 4 > MAX_TABLE_BYTES) {
      throw new UnsupportedError(`the network's tables of pixels take over ${MAX_TABLE_BYTES} bytes`, {
        hint: SMALLER,
      });
    }
    parts.push({ at, words: content() });
    places.set(key, address + 4 * at);
    return address + 4 * at;
  }

  return {
    add,
    floats: (key, values) => add(key, values.length, () => new Int32Array(values.buffer)),
    float: (value) =>
      add(`float ${Object.is(value, -0) ? "-0" : value}`, 1, () => new Int32Array(Float32Array.of(value).buffer)),
    words: () => {
      const words = new Int32Array(length);
      for (const part of parts) words.set(part.words, part.at);
      return words;
    },
  };
}
