import {
  arrayToBytes,
  bytesPerElement,
  bytesToArray,
  elementCount,
  lazyFromChunks,
  type LazyTensor,
  type QuantizedForm,
  type ReadOptions,
  readTensor,
  wholeElements,
} from "@samoyed/core";
import { type Node, numbers, QUANTIZED_RANGES, readInt } from "@samoyed/ir";
import { roundHalfEven } from "../../interpreter/elements.ts";
import { aroundAxis } from "../../interpreter/positions.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import { frontAxis } from "../known-shape.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A quantized weight is one of float32, computed piece by piece while it is read, by the same float32 steps:
 *
 *   DequantizeLinear(q, s, z)                            (q − z) · s
 *   DequantizeLinear(QuantizeLinear(w, s, z), s, z)      (q − z) · s,  q = saturate(round(w / s) + z)
 *
 * It still says which integers it is made of, if they have 8 bits: a writer may store those.
 */

/** Constants of one QuantizeLinear or DequantizeLinear, read with the weight. */
interface Parameters {
  readonly scale: LazyTensor;
  readonly zero: LazyTensor | undefined;
  readonly axis: number;
}

/** A weight, how it is quantized if it is not yet, and how it becomes float32 again. */
interface Source {
  readonly weight: LazyTensor;
  readonly quantize: (Parameters & { readonly range: readonly [number, number] }) | undefined;
  /** The range of the quantized integers; absent for int32. */
  readonly range: readonly [number, number] | undefined;
  readonly dequantize: Parameters;
}

function parametersOf(node: Node, view: GraphView): Parameters | string {
  const [, scaleName = "", zeroName = ""] = node.inputs;
  const [scale, zero] = [view.initializer(scaleName), view.initializer(zeroName)];
  if (scale === undefined) return `its scale "${scaleName}" is computed`;
  if (zeroName !== "" && zero === undefined) return `its zero point "${zeroName}" is computed`;
  if (scale.dtype !== "float32") return `its scale is ${scale.dtype}`;
  if (readInt(node, "block_size", 0) !== 0) return "it has a scale for each block";
  return { scale, zero, axis: readInt(node, "axis", 1) };
}

/** The quantized weight, or the reason for leaving it; `undefined` where the value is no weight's. */
function sourceOf(node: Node, view: GraphView): Source | string | undefined {
  const [name] = node.inputs as [string];
  const maker = view.producer(name);
  const quantizer = maker?.op === "QuantizeLinear" ? maker : undefined;
  const weight = view.initializer(quantizer?.inputs[0] ?? name);
  if (weight === undefined) return undefined;
  const dequantize = parametersOf(node, view);
  if (typeof dequantize === "string") return dequantize;
  const quantize = quantizer && parametersOf(quantizer, view);
  if (typeof quantize === "string") return quantize;
  const stored = view.type(name)?.dtype;
  const range = QUANTIZED_RANGES.get(stored ?? weight.dtype);
  if (range === undefined && stored !== "int32") return `it dequantizes ${stored}`;
  if (view.isOutput(node.outputs[0]!)) return `its output "${node.outputs[0]}" is a graph output`;
  return { weight, quantize: quantize && { ...quantize, range: range! }, range, dequantize };
}

/** Constants as numbers, with the position of those of an element. */
async function reader(
  { scale, zero, axis }: Parameters,
  { weight, options }: { readonly weight: LazyTensor; readonly options: ReadOptions },
): Promise<(index: number) => readonly [scale: number, zero: number]> {
  const scales = numbers(await readTensor(scale, options));
  const zeros = zero === undefined ? [0] : numbers(await readTensor(zero, options));
  const { size, inner } = aroundAxis(weight.shape, scales.length === 1 ? 0 : frontAxis(axis, weight.shape.length));
  return (index) => {
    const place = Math.floor(index / inner) % size;
    return [scales[scales.length === 1 ? 0 : place]!, zeros[zeros.length === 1 ? 0 : place]!];
  };
}

/** The form of a weight whose integers have 8 bits. */
function formOf({ weight: { shape }, range, dequantize }: Source): QuantizedForm | undefined {
  if (range === undefined || range[1] - range[0] !== 255) return undefined;
  const { scale: scales, zero: zeros, axis } = dequantize;
  return { range, scales, zeros, axis: elementCount(scales.shape) === 1 ? 0 : frontAxis(axis, shape.length) };
}

function dequantized(name: string, source: Source): LazyTensor {
  const { weight, quantize, dequantize } = source;
  const quantized = formOf(source);
  const lazy = lazyFromChunks({ name, dtype: "float32", shape: weight.shape }, async function* chunks(options) {
    const back = await reader(dequantize, { weight, options });
    const there = quantize && (await reader(quantize, { weight, options }));
    let index = 0;
    for await (const chunk of wholeElements(weight.chunks(options), bytesPerElement(weight.dtype))) {
      const data = bytesToArray(chunk, weight.dtype);
      const values = numbers({ dtype: weight.dtype, shape: [data.length], data });
      const result = Float32Array.from(values, (value, place) => {
        const [scale, zero] = back(index + place);
        const [own, ownZero] = there?.(index + place) ?? [1, 0];
        const q = quantize ? saturate(roundHalfEven(Math.fround(value / own)) + ownZero, quantize.range) : value;
        return Math.fround(q - zero) * scale;
      });
      index += values.length;
      yield arrayToBytes(result);
    }
  });
  return quantized === undefined ? lazy : { ...lazy, quantized };
}

const saturate = (value: number, [least, most]: readonly [number, number]): number =>
  Math.min(most, Math.max(least, value));

/** Makes quantized weights float32. */
export const dequantizedWeights: NodeRule = {
  name: "dequantizedWeights",
  ops: ["DequantizeLinear"],
  applies: (node, view) => sourceOf(node, view) !== undefined,
  check(node, view) {
    const source = sourceOf(node, view);
    return typeof source === "string" ? source : undefined;
  },
  expand(node, emit) {
    emit.weight(dequantized(node.outputs[0]!, sourceOf(node, emit.view) as Source));
  },
};
