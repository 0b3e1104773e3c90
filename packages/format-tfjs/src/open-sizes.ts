import type { Dim } from "@samoyed/ir";

/** A tensor of the target graph and the axis of it that has a size. */
export interface SizePlace {
  readonly ref: string;
  readonly axis: number;
}

/** Where each size that is known by name only can be read while the network runs. */
export class OpenSizes {
  readonly #places = new Map<string, SizePlace>();

  /** Notes the sizes of a tensor; `shape` is in the order of its own axes. */
  note(ref: string, shape: readonly Dim[]): void {
    for (const [axis, size] of shape.entries()) {
      if (typeof size === "string" && !this.#places.has(size)) this.#places.set(size, { ref, axis });
    }
  }

  /** The first tensor that has the size; `undefined` where none has it yet. */
  place(size: string): SizePlace | undefined {
    return this.#places.get(size);
  }
}
