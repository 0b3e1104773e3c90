import { quote, type Shape } from "@samoyed/core";
import { constantPlace, tablePlace } from "./constant-place.ts";
import type { Shapes } from "./sizes.ts";
import type { Activation, Step } from "./steps.ts";
import { copySteps } from "./copy-steps.ts";
import type { PlanModel } from "./model.ts";
import { isPlain, newBuffer, type Place, placeBytes } from "./places.ts";
import type { Tables } from "./tables.ts";

export const NO_ACTIVATION: Activation = { kind: "none" };

/** Some steps that belong together: what they read, what they write, and how they are made once addresses are known. */
export interface Operation {
  readonly reads: readonly Place[];
  readonly writes: Place;
  emit(tables: Tables): readonly Step[];
}

/** A value that the caller gets, plain, after so many operations. */
export interface Readout {
  readonly name: string;
  readonly place: Place;
  readonly after: number;
}

/** Receives what operators plan. */
export interface Lowering {
  readonly model: PlanModel;
  /** The address of the data section. */
  readonly dataAddress: number;
  /** Gives the place of a value. */
  place(name: string): Place;
  /** A plain constant of the program; `key` says all that its words depend on. */
  constant(key: string, shape: Shape, words: () => Int32Array): Place;
  /** A value, or a copy of it, as pixels with the border that convolutions want of it. */
  pixels(name: string): Place;
  /** A place, or a copy of it, in ONNX's order. */
  plain(place: Place): Place;
  /** A new place with no name, plain or of pixels. */
  temporary(shape: Shape, layout: Place["layout"]): Place;
  /** A new place for a value, with the border that convolutions want of it. */
  create(name: string, shape: Shape, layout: Place["layout"]): Place;
  /** Whether a convolution reads a value. */
  isConvolved(name: string): boolean;
  push(operation: Operation): void;
  /** Adds the operation that makes a value. */
  give(name: string, operation: Operation): void;
  /** Copies one place into another of the same shape, whatever their layouts. */
  copy(input: Place, output: Place, activation?: Activation): void;
  /** Sets the place of a value from here on. */
  define(name: string, place: Place): void;
}

/** Result of planning all operators. */
export interface Lowered {
  readonly operations: readonly Operation[];
  readonly readouts: readonly Readout[];
}

/** Options of `createLowering`, known before operators plan. */
export interface LoweringOptions {
  readonly model: PlanModel;
  /** The address of the data section. */
  readonly dataAddress: number;
  /** Borders that convolutions want, by value name. */
  readonly borders: ReadonlyMap<string, number>;
  /** The names under which a value is wanted by the caller. */
  readonly wanted: ReadonlyMap<string, readonly string[]>;
  readonly shapes: Pick<Shapes, "types" | "known" | "varying">;
}

/** An empty list of operations, and what fills it. */
export function createLowering({ model, dataAddress, borders, wanted, shapes }: LoweringOptions): Lowering & Lowered {
  const operations: Operation[] = [];
  const readouts: Readout[] = [];
  const places = new Map<string, Place>();
  const copies = new Map<string, Place>();
  const plainCopies = new Map<Place, Place>();

  function touch(place: Place): void {
    const buffer = place.buffer.whole ?? place.buffer;
    buffer.first = Math.min(buffer.first, operations.length);
    buffer.last = Math.max(buffer.last, operations.length);
  }
  function push(operation: Operation): void {
    for (const place of operation.reads) touch(place);
    touch(operation.writes);
    operations.push(operation);
  }
  function place(name: string): Place {
    const known = places.get(name);
    if (known !== undefined) return known;
    const made = constantPlace(name, { model, dataAddress, shapes });
    places.set(name, made);
    return made;
  }
  function copy(input: Place, output: Place, activation: Activation = NO_ACTIVATION): void {
    push({ reads: [input], writes: output, emit: () => copySteps(input, output, activation) });
  }
  function pixels(name: string): Place {
    const found = place(name);
    const border = borders.get(name) ?? 0;
    if (found.layout === "pixels" && found.border >= border) return found;
    const same = found.layout !== "strided" && isPlain({ ...found, layout: "pixels", border: 0 });
    if (border === 0 && same) return { ...found, layout: "pixels" };
    const made = copies.get(name) ?? newPlace(`the value ${quote(name)}`, { ...found, layout: "pixels", border });
    if (!copies.has(name)) copy(found, made);
    copies.set(name, made);
    return made;
  }
  function plain(found: Place): Place {
    if (isPlain(found)) return { ...found, layout: "plain" };
    const made = plainCopies.get(found) ?? newPlace("a value", { shape: found.shape, layout: "plain", border: 0 });
    if (!plainCopies.has(found)) copy(found, made);
    plainCopies.set(found, made);
    return made;
  }
  function define(name: string, made: Place): void {
    places.set(name, made);
    const names = wanted.get(name);
    if (names === undefined) return;
    const result = plain(made);
    // The caller reads it then, whatever came between.
    const buffer = result.buffer.whole ?? result.buffer;
    buffer.last = Math.max(buffer.last, operations.length - 1);
    for (const name of names) readouts.push({ name, place: result, after: operations.length });
  }

  return {
    model,
    dataAddress,
    operations,
    readouts,
    place,
    constant: tablePlace,
    pixels,
    plain,
    push,
    give: (name, operation) => {
      push(operation);
      define(name, operation.writes);
    },
    copy,
    define,
    isConvolved: (name) => borders.has(name),
    temporary: (shape, layout) => newPlace("a value", { shape, layout, border: 0 }),
    create: (name, shape, layout) =>
      newPlace(`the value ${quote(name)}`, {
        shape,
        layout,
        border: layout === "pixels" ? (borders.get(name) ?? 0) : 0,
      }),
  };
}

function newPlace(what: string, { shape, layout, border }: Pick<Place, "shape" | "layout" | "border">): Place {
  const place = { shape, layout: layout === "pixels" ? layout : "plain", border } as const;
  return { buffer: newBuffer(placeBytes(place, what)), ...place };
}
