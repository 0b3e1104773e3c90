import { contiguousStrides, elementCount, type Shape, type Tensor } from "@samoyed/core";
import { integers, numbers, readBlockWindows } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

/** The position along each axis of an element that is counted along all. */
function positionOf(sizes: Shape, index: number): readonly number[] {
  const strides = contiguousStrides(sizes);
  return sizes.map((size, axis) => Math.floor(index / strides[axis]!) % size);
}

/** Col2Im: every element of every window is added to the pixel that it was taken from, unless that is padding. */
function interpretCol2Im(call: InterpretCall): readonly Tensor[] {
  const [image, block] = [integers(inputTensor(call, 1)), integers(inputTensor(call, 2))];
  const { strides, dilations, begin, counts } = readBlockWindows(call.node, { image, block });
  const source = numbers(inputTensor(call, 0));
  const result = newNumbers(outputType(call));
  const steps = contiguousStrides(image);
  const [windows, blocks, pixels] = [elementCount(counts), elementCount(block), elementCount(image)];
  for (let part = 0; part < blocks; part++) {
    const inBlock = positionOf(block, part);
    for (let window = 0; window < windows; window++) {
      const at = positionOf(counts, window).map(
        (count, axis) => count * strides[axis]! + inBlock[axis]! * dilations[axis]! - begin[axis]!,
      );
      if (at.some((position, axis) => position < 0 || position >= image[axis]!)) continue;
      const pixel = at.reduce((sum, position, axis) => sum + position * steps[axis]!, 0);
      for (let plane = 0; plane < result.length / pixels; plane++) {
        const place = plane * pixels + pixel;
        result[place] = result[place]! + source[(plane * blocks + part) * windows + window]!;
      }
    }
  }
  return [tensorOf(outputType(call), result)];
}

/** Windows added up as an image (onnx/docs/Operators.md, Col2Im). */
export const COL2IM: InterpreterTable = { Col2Im: interpretCol2Im };
