import { elementCount, lazyTensor, type LazyTensor, type Shape } from "@samoyed/core";
import { type Architecture, modelParameters, type Parameter } from "@samoyed/models";

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

function fmix32(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Near-normal float32, the same bits as from `random_chunks` of tools/oracle/samoyed_oracle/standin.py. */
export function seededArray(seed: string, name: string, options: { count: number; std: number }): Float32Array {
  const start = fnv1a(`${seed}/${name}`);
  const scale = options.std / Math.sqrt((4 * (65536 * 65536 - 1)) / 12);
  return Float32Array.from({ length: options.count }, (_, i) => {
    const a = fmix32((start + Math.imul(2 * i, 0x9e3779b9)) | 0);
    const b = fmix32((start + Math.imul(2 * i + 1, 0x9e3779b9)) | 0);
    return ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070) * scale;
  });
}

/** The rules of `weight` in tools/oracle/fixtures_models.py and fixtures_naming.py. */
export function seededWeight(seed: string, name: string, shape: Shape): Float32Array {
  const count = elementCount(shape);
  if (shape.length > 1) {
    return seededArray(seed, name, {
      count,
      std: name === "fc.weight" ? 0.33 : Math.sqrt(2 / elementCount(shape.slice(1))),
    });
  }
  const normal = seededArray(seed, name, { count, std: 1 });
  if (name.endsWith("running_var")) return normal.map((value) => 0.6 + 0.5 * Math.abs(value));
  if (name.endsWith("weight")) return normal.map((value) => 0.6 + 0.2 * value);
  return normal.map((value) => 0.1 * value);
}

function seededTensor(seed: string, name: string, { shape, dtype }: Parameter): LazyTensor {
  const data = dtype === "int64" ? new BigInt64Array(elementCount(shape)) : seededWeight(seed, name, shape);
  return lazyTensor(name, { dtype, shape, data });
}

/** A seeded state dict of an architecture. */
export function seededTensors(
  architecture: Architecture,
  options: { numClasses: number; seed: string },
): Map<string, LazyTensor> {
  const parameters = [...modelParameters(architecture, options)];
  return new Map(parameters.map(([name, parameter]) => [name, seededTensor(options.seed, name, parameter)]));
}
