import { contiguousStrides, elementCount, type Tensor } from "@samoyed/core";
import { type GridSampling, numbers, readGridSampling } from "@samoyed/ir";
import { newNumbers, roundHalfEven, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

/** A pixel that is read, with its weight; its position is negative where it counts as zero. */
interface Tap {
  readonly position: number;
  readonly weight: number;
}

/** ONNX fixes it for GridSample. */
const CUBIC = -0.75;

/** Reflects a position at the image's edges: the middle of its outermost pixels, or their outer edges. */
function reflect(x: number, size: number, alignCorners: boolean): number {
  const least = alignCorners ? 0 : -0.5;
  const span = alignCorners ? size - 1 : size;
  if (span === 0) return 0;
  const distance = Math.abs(x - least);
  const extra = distance % span;
  const reflected = Math.floor(distance / span) % 2 === 0 ? least + extra : least + span - extra;
  return Math.min(size - 1, Math.max(0, reflected));
}

function pad(position: number, size: number, { padding, alignCorners }: GridSampling): number {
  if (position >= 0 && position < size) return position;
  if (padding === "zeros") return -1;
  if (padding === "border") return Math.min(size - 1, Math.max(0, position));
  return Math.round(reflect(position, size, alignCorners));
}

/** Cubic weight of a pixel at most 1 away (Keys, 1981). */
function near(x: number): number {
  return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
}

/** Cubic weight of a pixel 1 to 2 away. */
function far(x: number): number {
  return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC;
}

/** The pixels along one axis of a position between -1 and 1. */
function taps(normalized: number, size: number, sampling: GridSampling): readonly Tap[] {
  const { mode, padding, alignCorners } = sampling;
  let x = alignCorners ? ((normalized + 1) / 2) * (size - 1) : ((normalized + 1) * size - 1) / 2;
  if (mode === "nearest") return [{ position: pad(roundHalfEven(x), size, sampling), weight: 1 }];
  if (mode === "linear" && padding === "border") x = Math.min(size - 1, Math.max(0, x));
  if (mode === "linear" && padding === "reflection") x = reflect(x, size, alignCorners);
  const base = Math.floor(x);
  const t = x - base;
  const [first, weights] =
    mode === "linear" ? [base, [1 - t, t]] : [base - 1, [far(1 + t), near(t), near(1 - t), far(2 - t)]];
  return weights.map((weight, at) => ({ position: pad(first + at, size, sampling), weight }));
}

/** Every pixel is a sum over the taps of all axes; positions are given as (…, y, x) backwards: x first. */
function interpretGridSample(call: InterpretCall): readonly Tensor[] {
  const [x, grid] = [inputTensor(call, 0), inputTensor(call, 1)];
  const type = outputType(call);
  const sampling = readGridSampling(call.node);
  const spatial = x.shape.slice(2);
  const strides = contiguousStrides(spatial);
  const [source, places] = [numbers(x), numbers(grid)];
  const result = newNumbers(type);
  const [pixels, points] = [elementCount(spatial), elementCount(type.shape.slice(2))];
  const channels = x.shape[1]!;
  for (let batch = 0; batch < x.shape[0]!; batch++) {
    for (let point = 0; point < points; point++) {
      let reads: readonly Tap[] = [{ position: 0, weight: 1 }];
      for (const [axis, size] of spatial.entries()) {
        const at = (batch * points + point + 1) * spatial.length - 1 - axis;
        const own = taps(places[at]!, size, sampling).filter(({ position }) => position >= 0);
        reads = reads.flatMap(({ position, weight }) =>
          own.map((tap) => ({ position: position + tap.position * strides[axis]!, weight: weight * tap.weight })),
        );
      }
      for (let channel = 0; channel < channels; channel++) {
        const plane = batch * channels + channel;
        let sum = 0;
        for (const { position, weight } of reads) sum += source[plane * pixels + position]! * weight;
        result[plane * points + point] = sum;
      }
    }
  }
  return [tensorOf(type, result)];
}

/** Reading images at computed positions (onnx/docs/Operators.md, GridSample). */
export const GRID_SAMPLE: InterpreterTable = { GridSample: interpretGridSample };
