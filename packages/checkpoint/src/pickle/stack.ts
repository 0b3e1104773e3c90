import { FormatError } from "@samoyed/core";
import type { PyValue } from "./values.ts";

/** Marks represent unfinished containers, and Python's own pickler nests no deeper than 1,000. */
const MAX_MARKS = 10_000;
/** Each value takes 8 bytes or more; a checkpoint of 100,000 tensors pushes about 4 million. */
const MAX_VALUES = 1 << 23;
/** An empty dictionary takes about 200 bytes of memory and 1 byte of the file; a tensor needs about five containers. */
const MAX_CONTAINERS = 1_000_000;

/** The pickle machine's stack. It limits what is pushed, so that a small file cannot use much memory. */
export class PickleStack {
  readonly #items: PyValue[] = [];
  readonly #marks: number[] = [];
  readonly #where: () => string;
  #values = 0;
  #containers = 0;

  /** `where` names the place in the file, for errors. */
  constructor(where: () => string) {
    this.#where = where;
  }

  push(value: PyValue): void {
    if (++this.#values > MAX_VALUES) {
      throw new FormatError(`${this.#where()}: more than ${MAX_VALUES} values`);
    }
    this.#items.push(value);
  }

  pushContainer(value: PyValue): void {
    if (++this.#containers > MAX_CONTAINERS) {
      throw new FormatError(`${this.#where()}: more than ${MAX_CONTAINERS} lists, tuples and dictionaries`);
    }
    this.push(value);
  }

  mark(): void {
    if (this.#marks.length >= MAX_MARKS) {
      throw new FormatError(`${this.#where()}: more than ${MAX_MARKS} marks at once`);
    }
    this.#marks.push(this.#items.length);
  }

  pop(): PyValue {
    this.#require(1);
    return this.#items.pop()!;
  }

  top(): PyValue {
    this.#require(1);
    return this.#items.at(-1)!;
  }

  replace(value: PyValue): void {
    this.#items[this.#items.length - 1] = value;
  }

  /** The last `count` values, in the order in which they were pushed. */
  popMany(count: number): PyValue[] {
    this.#require(count);
    return this.#items.splice(this.#items.length - count, count);
  }

  /** Removes the values above the last mark, and the mark. */
  popMark(): PyValue[] {
    const from = this.#marks.pop();
    if (from === undefined) {
      throw new FormatError(`${this.#where()}: no mark is on the stack`);
    }
    return this.#items.splice(from);
  }

  /** Drops the last value, or a mark above it, like Python's POP. */
  popAny(): void {
    if (this.#marks.at(-1) === this.#items.length) {
      this.#marks.pop();
      return;
    }
    this.pop();
  }

  /** The one value left by a complete pickle. */
  finish(): PyValue {
    if (this.#marks.length > 0 || this.#items.length !== 1) {
      throw new FormatError(
        `${this.#where()}: ${this.#items.length} values and ${this.#marks.length} marks are left; expected one value`,
      );
    }
    return this.#items[0]!;
  }

  #require(count: number): void {
    if (this.#items.length - (this.#marks.at(-1) ?? 0) < count) {
      throw new FormatError(`${this.#where()}: the stack has too few values`);
    }
  }
}
