import {
  arrayToBytes,
  elementCount,
  lazyFromChunks,
  type LazyTensor,
  type ReadOptions,
  readFloat32,
  sameShape,
} from "@samoyed/core";
import type { NamedTensors } from "./names.ts";

/** A pruned weight: `weight_orig` and `weight_mask` (PyTorch 2.13, `torch/nn/utils/prune.py`). */
const PRUNED = /^(?<weight>.+)_orig$/;
/** A weight with a norm of its own: `weight_g` and `weight_v` (`torch/nn/utils/weight_norm.py`). */
const NORMED = /^(?<weight>.+)_v$/;
/** The same as a parametrization, and the one that stores its parts so (`torch/nn/utils/parametrizations.py`). */
const PARAMETRIZED = /^(?<module>(?:.+\.)?)parametrizations\.(?<leaf>\w+)\.original1$/;

/** How a weight is computed from two tensors. */
type Combine = (parts: {
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly count: number;
}) => Float32Array;

const masked: Combine = ({ a, b, count }) => Float32Array.from({ length: count }, (_, index) => a[index]! * b[index]!);

/** g · v / ‖v‖, where the norm is of all axes but the first, which the first tensor, g, has. */
const normed: Combine = ({ a: g, b: v, count }) => {
  const [rows, width] = [g.length, count / g.length];
  const weight = new Float32Array(count);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let index = row * width; index < (row + 1) * width; index++) sum += v[index]! * v[index]!;
    const scale = g[row]! / Math.sqrt(sum);
    for (let index = row * width; index < (row + 1) * width; index++) weight[index] = scale * v[index]!;
  }
  return weight;
};

/** A tensor of two others, both of which are read when it is. */
function combined(name: string, a: LazyTensor, b: LazyTensor, combine: Combine): LazyTensor {
  const { shape } = b;
  return lazyFromChunks({ name, dtype: "float32", shape }, async function* (options: ReadOptions) {
    const [first, second] = [await readFloat32(a, options), await readFloat32(b, options)];
    yield arrayToBytes(combine({ a: first, b: second, count: elementCount(shape) }));
  });
}

/** Whether g has a row for each of v. */
function isPerRow(g: LazyTensor, v: LazyTensor): boolean {
  const [rows, ...rest] = g.shape;
  return v.shape.length > 1 && rows === v.shape[0] && rest.every((size) => size === 1);
}

/** A weight that two tensors of a state dict are parts of, and their names. */
interface Combination {
  readonly weight: LazyTensor;
  readonly parts: readonly string[];
}

function combinationOf(name: string, tensor: LazyTensor, tensors: NamedTensors): Combination | undefined {
  const pruned = PRUNED.exec(name)?.groups?.["weight"];
  const mask = pruned && tensors.get(`${pruned}_mask`);
  if (pruned !== undefined && mask && sameShape(mask.shape, tensor.shape)) {
    return { weight: combined(pruned, mask, tensor, masked), parts: [name, `${pruned}_mask`] };
  }
  const { module = "", leaf } = PARAMETRIZED.exec(name)?.groups ?? {};
  const [weight, first] =
    leaf === undefined
      ? [NORMED.exec(name)?.groups?.["weight"], name.replace(/_v$/, "_g")]
      : [`${module}${leaf}`, name.replace(/1$/, "0")];
  const g = tensors.get(first);
  if (weight === undefined || first === name || g === undefined || !isPerRow(g, tensor)) return undefined;
  return { weight: combined(weight, g, tensor, normed), parts: [name, first] };
}

/** A state dict whose pruned and weight-normed weights are computed from their parts, as PyTorch's hooks do. */
export function effectiveWeights(tensors: NamedTensors): NamedTensors {
  const found = [...tensors].flatMap(([name, tensor]) => combinationOf(name, tensor, tensors) ?? []);
  if (found.length === 0) return tensors;
  const parts = new Set(found.flatMap((combination) => combination.parts));
  const weights = found.map(({ weight }) => [weight.name, weight] as const);
  return new Map([...[...tensors].filter(([name]) => !parts.has(name)), ...weights]);
}
