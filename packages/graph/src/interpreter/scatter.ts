import { contiguousStrides, elementCount, formatShape, type Shape, type Tensor } from "@samoyed/core";
import {
  integers,
  type Node,
  nodeShapeError,
  normalizeAxis,
  normalizeIndex,
  numbers,
  readInt,
  readReduction,
  type ScatterReduction,
} from "@samoyed/ir";
import { pick, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { offsets } from "./positions.ts";

const COMBINE: Readonly<Record<Exclude<ScatterReduction, "none">, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

/** The first element that each index in the last axis of `indices` names, after `batch` axes that go along. */
export function blockStarts(
  node: Node,
  { shape, indices, batch = 0 }: { readonly shape: Shape; readonly indices: Tensor; readonly batch?: number },
): readonly number[] {
  const depth = indices.shape.at(-1)!;
  const strides = contiguousStrides(shape);
  const values = integers(indices);
  const perBatch = elementCount(indices.shape.slice(batch, -1));
  const batchStride = elementCount(shape.slice(batch));
  return Array.from({ length: values.length / depth }, (_, place) => {
    let start = Math.floor(place / perBatch) * batchStride;
    for (let at = 0; at < depth; at++) {
      const axis = batch + at;
      start += normalizeIndex(node, values[place * depth + at]!, shape[axis]!) * strides[axis]!;
    }
    return start;
  });
}

/** The element that each update of a ScatterElements meets: updates[i][j] goes to [indices[i][j]][j] for axis 0. */
export function elementPlaces(
  node: Node,
  { shape, indices }: { readonly shape: Shape; readonly indices: Tensor },
): Int32Array {
  const axis = normalizeAxis(node, readInt(node, "axis", 0), shape.length);
  const strides = contiguousStrides(shape);
  if (indices.shape.some((size, at) => at !== axis && size > shape[at]!)) {
    throw nodeShapeError(node, `indices ${formatShape(indices.shape)} reach beyond input 0`);
  }
  const others = strides.map((stride, at) => (at === axis ? 0 : stride));
  const places = offsets(indices.shape, others);
  for (const [at, index] of integers(indices).entries()) {
    places[at] = places[at]! + normalizeIndex(node, index, shape[axis]!) * strides[axis]!;
  }
  return places;
}

/** Every element of blocks of a length. */
function expandBlocks(starts: readonly number[], block: number): Int32Array {
  const places = new Int32Array(starts.length * block);
  for (const [at, start] of starts.entries()) {
    for (let index = 0; index < block; index++) places[at * block + index] = start + index;
  }
  return places;
}

function interpretGatherND(call: InterpretCall): readonly Tensor[] {
  const data = inputTensor(call, 0);
  const indices = inputTensor(call, 1);
  const batch = readInt(call.node, "batch_dims", 0);
  const block = elementCount(data.shape.slice(batch + indices.shape.at(-1)!));
  return [
    pick(data, outputType(call), expandBlocks(blockStarts(call.node, { shape: data.shape, indices, batch }), block)),
  ];
}

/** Puts updates in their places, in order. */
function scatter(call: InterpretCall, places: Int32Array): readonly Tensor[] {
  const [data, updates] = [inputTensor(call, 0), inputTensor(call, 2)];
  const type = outputType(call);
  const reduction = readReduction(call.node);
  if (reduction === "none") {
    const count = elementCount(data.shape);
    const sources = Int32Array.from({ length: count }, (_, index) => index);
    // Elements of the updates are counted behind those of the data.
    for (const [at, place] of places.entries()) sources[place] = count + at;
    return [pick(joined(data, updates), type, sources)];
  }
  const result = Float64Array.from(numbers(data));
  const values = numbers(updates);
  for (const [at, place] of places.entries()) {
    result[place] = COMBINE[reduction](result[place]!, values[at]!);
  }
  return [tensorOf(type, result)];
}

/** The elements of two tensors of a type, one after the other. */
function joined(a: Tensor, b: Tensor): Tensor {
  const data = a.data.slice();
  const Class = data.constructor as new (length: number) => typeof data;
  const all = new Class(a.data.length + b.data.length);
  all.set(a.data as never);
  all.set(b.data as never, a.data.length);
  return { dtype: a.dtype, shape: [all.length], data: all };
}

function interpretScatterND(call: InterpretCall): readonly Tensor[] {
  const { shape } = inputTensor(call, 0);
  const indices = inputTensor(call, 1);
  const block = elementCount(shape.slice(indices.shape.at(-1)));
  return scatter(call, expandBlocks(blockStarts(call.node, { shape, indices }), block));
}

function interpretScatterElements(call: InterpretCall): readonly Tensor[] {
  const { shape } = inputTensor(call, 0);
  return scatter(call, elementPlaces(call.node, { shape, indices: inputTensor(call, 1) }));
}

/** Operators that choose or replace elements by lists of indices (onnx/docs/Operators.md, under each operator's name). */
export const SCATTER: InterpreterTable = {
  GatherND: interpretGatherND,
  ScatterElements: interpretScatterElements,
  ScatterND: interpretScatterND,
};
