import { bytesPerElement, type DType, DTYPES, FormatError, formatShape, type JsonValue, quote } from "@samoyed/core";
import { MAX_DIM, MAX_RANK } from "@samoyed/ir";
import { jsonArray, jsonChoice, jsonInteger, jsonName, jsonObject } from "./json-fields.ts";
import { type ConvWeights, LANES, panelLayout } from "./layout.ts";
import type { WeightLayout } from "./types.ts";

/** A weight as the graph's JSON lists it: the tensors of the file that contain it, and their layout. */
export interface WeightRecord {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layout: WeightLayout;
  readonly groups: number;
  readonly storage: DType;
  /** Names of tensors in the safetensors header. */
  readonly tensor: string;
  readonly scale?: string;
}

const LAYOUTS: readonly WeightLayout[] = ["plain", "panel8", "panel8-transposed", "depthwise"];

/** The weight storages of panels. */
export const PACKED_STORAGES = ["float32", "float16", "int8"] as const;

/** The dtype and shape of a tensor in the file. */
export interface StoredArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * Reads a weight's record from the graph's JSON.
 *
 * @throws FormatError when it is not a valid record.
 */
export function readWeightRecord(value: JsonValue, label: string): WeightRecord {
  const required = ["name", "shape", "layout", "storage", "tensor"];
  const fields = jsonObject(value, label, { required, optional: ["groups", "scale"] });
  const name = jsonName(fields.get("name"), `${label}: "name"`);
  const own = `weight ${quote(name)}`;
  const layout = jsonChoice(fields.get("layout"), `${own}: "layout"`, LAYOUTS);
  const storages: readonly DType[] = layout === "plain" ? DTYPES : PACKED_STORAGES;
  const storage = jsonChoice(fields.get("storage"), `${own}: "storage"`, storages);
  requirePresence(fields.has("groups"), `${own}: "groups"`, layout === "panel8");
  requirePresence(fields.has("scale"), `${own}: "scale"`, layout !== "plain" && storage === "int8");
  const record: WeightRecord = {
    name,
    shape: readSizes(fields.get("shape"), `${own}: "shape"`),
    layout,
    groups: fields.has("groups")
      ? jsonInteger(fields.get("groups"), `${own}: "groups"`, { least: 1, most: MAX_DIM })
      : 1,
    storage,
    tensor: jsonName(fields.get("tensor"), `${own}: "tensor"`),
    ...(fields.has("scale") && { scale: jsonName(fields.get("scale"), `${own}: "scale"`) }),
  };
  requireShape(record, own);
  return layout === "depthwise" ? { ...record, groups: record.shape[0]! } : record;
}

/** Sizes of an array: at most `MAX_RANK`, each at most `MAX_DIM`. */
function readSizes(value: JsonValue | undefined, label: string): readonly number[] {
  return jsonArray(value, label, MAX_RANK).map((size) => jsonInteger(size, label, { least: 0, most: MAX_DIM }));
}

function requirePresence(present: boolean, label: string, expected: boolean): void {
  if (present === expected) return;
  throw new FormatError(
    present
      ? `${label} is present; its layout and storage do not allow it`
      : `${label} is missing; its layout and storage require it`,
  );
}

/** Checks that a weight's layout allows its shape, and that its size in bytes is exact. */
function requireShape(record: WeightRecord, label: string): void {
  const { layout, shape, groups } = record;
  const shown = `${label} has the shape ${formatShape(shape)}`;
  if (layout !== "plain") {
    const ranks = layout === "panel8-transposed" ? [2] : layout === "depthwise" ? [3, 4] : [2, 3, 4];
    if (!ranks.includes(shape.length) || shape.includes(0)) {
      throw new FormatError(`${shown}; ${layout} has ${ranks.join(" or ")} axes, none of them 0`);
    }
    if (shape[0]! % groups !== 0 || (shape.length === 2 && groups !== 1)) {
      throw new FormatError(`${shown} and ${groups} groups, which do not divide its output channels`);
    }
    if (layout === "depthwise" && shape[1] !== 1) {
      throw new FormatError(`${shown}; depthwise has one input channel`);
    }
  }
  const { dtype, shape: stored } = storedArray(record);
  // Not the product itself: an axis of 0 must not hide an overflow of the others.
  const bytes = stored.reduce((product, size) => product * Math.max(1, size), bytesPerElement(dtype));
  if (!Number.isSafeInteger(bytes)) throw new FormatError(`${shown}, which takes more than 2^53 bytes`);
}

/**
 * A weight that is not plain as a convolution's: a matrix is 1 × 1, one spatial dimension has a height of 1.
 */
export function convWeights({ layout, shape, groups }: Pick<WeightRecord, "layout" | "shape" | "groups">): ConvWeights {
  const [outputs, groupInputs, ...kernel] = layout === "panel8-transposed" ? [shape[1]!, shape[0]!] : shape;
  const [width = 1, height = 1] = kernel.toReversed();
  return { outputs: outputs!, groupInputs: groupInputs!, height, width, groups };
}

/** The tensor that contains a weight. */
export function storedArray(record: Pick<WeightRecord, "layout" | "shape" | "groups" | "storage">): StoredArray {
  const { layout, shape, storage: dtype } = record;
  if (layout === "plain") return { dtype, shape };
  const conv = convWeights(record);
  if (layout === "depthwise") {
    return { dtype, shape: [conv.height * conv.width, Math.ceil(conv.outputs / LANES) * LANES] };
  }
  const { panels, depth } = panelLayout(conv);
  return { dtype, shape: [panels, depth, LANES] };
}
