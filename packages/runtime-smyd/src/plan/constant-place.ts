import { FormatError, quote, type Shape, UnsupportedError } from "@samoyed/core";
import { isReadByPlanner, type SmydWeight } from "@samoyed/smyd-file";
import { readConstant } from "./constants.ts";
import { integerWords, isInteger } from "./integers.ts";
import { MixedImagesError } from "./mixed-images.ts";
import type { PlanModel } from "./model.ts";
import { type Buffer, type Place, placeBytes } from "./places.ts";
import type { Shapes } from "./sizes.ts";

/** The sources of constants. */
export interface ConstantSources {
  readonly model: PlanModel;
  /** The address of the data section. */
  readonly dataAddress: number;
  readonly shapes: Pick<Shapes, "types" | "known" | "varying">;
}

/**
 * The place of a constant: of float32 in the data section; of integers, and of those that follow from sizes, in a table.
 *
 * @throws FormatError when there is no such constant, UnsupportedError when it is packed for a product, or of another type.
 * @throws MixedImagesError when it depends on the number of images.
 */
export function constantPlace(name: string, { model, dataAddress, shapes }: ConstantSources): Place {
  const weight = model.graph.initializers.get(name);
  const integers = shapes.known.get(name);
  if (integers !== undefined) {
    if (shapes.varying.has(name)) throw new MixedImagesError(`the value ${quote(name)}`);
    return tablePlace(`value ${name}`, shapes.types.get(name)!.shape, () => integerWords(integers));
  }
  if (weight === undefined) throw new FormatError(`the value ${quote(name)} is used before it is made`);
  if (weight.layout === "plain" && weight.storage === "float32") return dataPlace(weight, dataAddress);
  if (!isReadByPlanner(weight) || !isInteger(weight.dtype)) throw unusable(weight);
  return tablePlace(`value ${name}`, weight.shape, () => integerWords(readConstant(model, weight).data));
}

/** A plain constant in a table of the program; `key` says all that its words depend on. */
export function tablePlace(key: string, shape: Shape, words: () => Int32Array): Place {
  const byteLength = placeBytes({ shape, layout: "plain", border: 0 }, key);
  const buffer: Buffer = { byteLength, fixed: true, table: { key, words }, address: -1, first: 0, last: 0 };
  return { buffer, layout: "plain", shape, border: 0 };
}

function dataPlace({ byteLength, offset, shape }: SmydWeight, dataAddress: number): Place {
  const buffer: Buffer = { byteLength, fixed: true, address: dataAddress + offset, first: 0, last: 0 };
  return { buffer, layout: "plain", shape, border: 0 };
}

function unusable({ name, storage, layout }: SmydWeight): UnsupportedError {
  return new UnsupportedError(
    `the constant ${quote(name)} is ${storage} in the layout ${layout}; ` +
      "operators other than convolutions and linears compute with plain float32 and integers",
  );
}
