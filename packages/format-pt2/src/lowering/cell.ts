import { UnsupportedError } from "@samoyed/core";
import type { Operand } from "./operand.ts";
import type { TensorMeta } from "../program/program.ts";

/**
 * Relation of a view to another tensor. Both functions add nodes.
 */
export interface View {
  readonly base: Cell;
  /** The view's value from the base's. */
  derive(base: Operand): string;
  /** The base's value once the view has another; absent where writing through the view is not handled. */
  restore?(base: Operand, view: Operand): string;
}

/**
 * Meaning of a tensor's name in the program at this point: PyTorch's tensors share memory, so after an operator that
 * works in place, every name of that memory means the new value. A base has a value; a view is derived from its base
 * again after each write, and a write through it is written back.
 */
export class Cell {
  readonly name: string;
  readonly meta: TensorMeta;
  readonly view: View | undefined;
  /** Cells that may share this one's memory, which the program does not tell. */
  readonly maybe: Cell[] = [];
  #value: string;
  #version = 0;
  /** The node whose write may have changed this cell's value unseen. */
  #taint: string | undefined;

  constructor(name: string, value: string, options: { readonly meta: TensorMeta; readonly view?: View | undefined }) {
    this.name = name;
    this.#value = value;
    this.meta = options.meta;
    this.view = options.view;
    this.#version = this.root.#version;
  }

  /** The cell that owns the memory. */
  get root(): Cell {
    return this.view === undefined ? this : this.view.base.root;
  }

  /** The value's name when it was last read. */
  get value(): string {
    return this.#value;
  }

  /** Whether something wrote to the memory in place. */
  get isWritten(): boolean {
    return this.root.#version > 0;
  }

  /**
   * The value as it is now.
   *
   * @throws UnsupportedError when a write to memory that may be shared came in between.
   */
  read(): Operand {
    const { root } = this;
    if (root.#taint !== undefined) {
      throw new UnsupportedError(
        `it reads "${this.name}" after ${root.#taint} wrote in place to a tensor that may share its memory`,
        { hint: "Use the operator that does not work in place, or .clone() before it, and export again." },
      );
    }
    if (this.view !== undefined && this.#version !== root.#version) {
      this.#value = this.view.derive(this.view.base.read());
      this.#version = root.#version;
    }
    return { value: this.#value, dtype: this.meta.dtype, sizes: this.meta.sizes };
  }

  /**
   * Replaces the value, and that of everything that shares its memory.
   *
   * @throws UnsupportedError when the view cannot be written back.
   */
  write(value: string, by: string): void {
    const { root, view } = this;
    if (view !== undefined) {
      if (view.restore === undefined) {
        throw new UnsupportedError(
          `it writes in place through "${this.name}", a view of "${root.name}" that is not handled`,
          {
            hint: "Use the operator that does not work in place, and export again.",
          },
        );
      }
      const written: Operand = { value, dtype: this.meta.dtype, sizes: this.meta.sizes };
      view.base.write(view.restore(view.base.read(), written), by);
    } else {
      this.#version++;
      for (const other of root.maybe) other.root.#taint = by;
    }
    this.#value = value;
    this.#version = root.#version;
  }

  /** Notes that two cells may share memory. */
  mayShare(other: Cell): void {
    if (this.root === other.root) return;
    this.root.maybe.push(other.root);
    other.root.maybe.push(this.root);
  }
}
