import { formatShape, type Tensor } from "@samoyed/core";
import { integers, normalizeIndex, nodeShapeError, normalizeAxis, numbers, readInt } from "@samoyed/ir";
import { newNumbers, pick, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis, tableOffsets } from "./positions.ts";

/** Gather: numpy.take along an axis; negative indices count from the end (opset 11). */
function interpretGather(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), x.shape.length);
  const size = x.shape[axis]!;
  const table = integers(inputTensor(call, 1)).map((index) => normalizeIndex(call.node, index, size));
  const tables = x.shape.map((length, position) =>
    position === axis ? table : Array.from({ length }, (_, index) => index),
  );
  return [pick(x, outputType(call), tableOffsets(x.shape, tables))];
}

/** GatherElements: output[i][j] = data[indices[i][j]][j] for axis 0, and alike for the others. */
function interpretGatherElements(call: InterpretCall): readonly Tensor[] {
  const data = inputTensor(call, 0);
  const type = outputType(call);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), data.shape.length);
  const indices = integers(inputTensor(call, 1));
  const sources = Int32Array.from(indices, (index, place) => {
    let [rest, offset, stride] = [place, 0, 1];
    for (let at = data.shape.length - 1; at >= 0; at--) {
      const position = rest % type.shape[at]!;
      rest = Math.floor(rest / type.shape[at]!);
      if (position >= data.shape[at]! && at !== axis)
        throw nodeShapeError(call.node, `indices ${formatShape(type.shape)} reach beyond input 0`);
      offset += (at === axis ? normalizeIndex(call.node, index, data.shape[axis]!) : position) * stride;
      stride *= data.shape[at]!;
    }
    return offset;
  });
  return [pick(data, type, sources)];
}

/** TopK: the k largest (or smallest) along an axis, best first, the earlier of equals first. */
function interpretTopK(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const [type, indexType] = [outputType(call), outputType(call, 1)];
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), x.shape.length);
  const sign = readInt(call.node, "largest", 1) !== 0 ? -1 : 1;
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const k = type.shape[axis]!;
  const source = numbers(x);
  const [values, places] = [newNumbers(type), newNumbers(indexType)];
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      const at = (position: number): number => source[(block * size + position) * inner + lane]!;
      const order = Array.from({ length: size }, (_, position) => position);
      // Array sorting is stable, so equal values stay in the order of their positions.
      order.sort((a, b) => sign * (at(a) - at(b)));
      for (let rank = 0; rank < k; rank++) {
        values[(block * k + rank) * inner + lane] = at(order[rank]!);
        places[(block * k + rank) * inner + lane] = order[rank]!;
      }
    }
  }
  return [tensorOf(type, values), tensorOf(indexType, places)];
}

/** OneHot: the on value at the index along a new axis, the off value elsewhere; an index out of range is all off. */
function interpretOneHot(call: InterpretCall): readonly Tensor[] {
  const type = outputType(call);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", -1), type.shape.length);
  const { size: depth, inner } = aroundAxis(type.shape, axis);
  const indices = numbers(inputTensor(call, 0));
  const count = indices.length * depth;
  const sources = Int32Array.from({ length: count }, (_, place) => {
    const block = Math.floor(place / (depth * inner));
    const position = Math.floor(place / inner) % depth;
    const index = indices[block * inner + (place % inner)]!;
    return (index < 0 ? index + depth : index) === position ? 1 : 0;
  });
  return [pick(inputTensor(call, 2), type, sources)];
}

/** CumSum: running sums along an axis, from either end, each with or without its own element. */
function interpretCumSum(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, integers(inputTensor(call, 1))[0] ?? 0, x.shape.length);
  const reverse = readInt(call.node, "reverse", 0) !== 0;
  const exclusive = readInt(call.node, "exclusive", 0) !== 0;
  const { outer, size, inner } = aroundAxis(x.shape, axis);
  const [source, result] = [numbers(x), newNumbers(outputType(call))];
  for (let block = 0; block < outer; block++) {
    for (let lane = 0; lane < inner; lane++) {
      let sum = 0;
      for (let step = 0; step < size; step++) {
        const place = (block * size + (reverse ? size - 1 - step : step)) * inner + lane;
        result[place] = exclusive ? sum : sum + source[place]!;
        sum += source[place]!;
      }
    }
  }
  return [tensorOf(outputType(call), result)];
}

/** Trilu: the upper or lower triangle of each matrix, zeros elsewhere; k moves the diagonal. */
function interpretTrilu(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const upper = readInt(call.node, "upper", 1) !== 0;
  const k = call.inputs[1] === undefined ? 0 : (integers(call.inputs[1])[0] ?? 0);
  const [rows, columns] = [x.shape.at(-2) ?? 1, x.shape.at(-1) ?? 1];
  const sources = Int32Array.from({ length: x.data.length }, (_, place) => {
    const diagonal = (place % columns) - (Math.floor(place / columns) % rows);
    return (upper ? diagonal >= k : diagonal <= k) ? place : -1;
  });
  return [pick(x, outputType(call), sources)];
}

/** Operators that choose elements by index or order (onnx/docs/Operators.md, under each operator's name). */
export const INDEXING: InterpreterTable = {
  Gather: interpretGather,
  GatherElements: interpretGatherElements,
  TopK: interpretTopK,
  OneHot: interpretOneHot,
  CumSum: interpretCumSum,
  Trilu: interpretTrilu,
};
