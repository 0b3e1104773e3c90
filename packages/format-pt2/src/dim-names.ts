import type { Dim } from "@samoyed/ir";
import { combine, type Size, symbol } from "./program/size.ts";

/** Names of open sizes in the graph: N for a first axis, H and W for an image's, else the symbols that PyTorch gave. */
export class DimNames {
  readonly #names: Map<string, string> = new Map();
  readonly #taken: Set<string> = new Set();

  /** The name of an input's size; the first input that has a size names it. */
  forInput(size: Size, axis: number, rank: number): Dim {
    if (typeof size === "number") return size;
    if (!this.#names.has(size.text)) {
      const wanted = axis === 0 ? "N" : rank === 4 ? ["", "C", "H", "W"][axis]! : size.text;
      const name = this.#taken.has(wanted) ? size.text : wanted;
      this.#taken.add(name);
      this.#names.set(size.text, name);
    }
    return this.#names.get(size.text)!;
  }

  /** A size in the inputs' names. */
  name(size: Size): Dim {
    const renamed = this.#rename(size);
    return typeof renamed === "number" ? renamed : renamed.text;
  }

  #rename(size: Size): Size {
    if (typeof size === "number") return size;
    const name = this.#names.get(size.text);
    if (name !== undefined) return symbol(name);
    return size.op === "symbol"
      ? size
      : combine(
          size.op,
          size.args.map((arg) => this.#rename(arg)),
        );
  }
}
