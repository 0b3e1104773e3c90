import { type LazyTensor, sameShape } from "@samoyed/core";
import type { NamedTensors } from "./names.ts";

/** A fully connected layer of a checkpoint. */
export interface Linear {
  readonly kind: "linear";
  /** The module's name in the file: `fc.1`. */
  readonly path: string;
  /** [outputs, inputs]. */
  readonly weight: LazyTensor;
  /** [outputs]. */
  readonly bias: LazyTensor | undefined;
}

/** A batch norm over features, each [features]. */
export interface Norm {
  readonly kind: "norm";
  readonly path: string;
  readonly weight: LazyTensor;
  readonly bias: LazyTensor;
  readonly mean: LazyTensor;
  readonly variance: LazyTensor;
}

/** A layer of a head that has tensors. */
export type HeadLayer = Linear | Norm;

/** The largest number of layers in a head. */
const MAX_LAYERS = 8;

/**
 * Names of classifiers that normalize features and weights, and multiply cosines by a scale: no Linear layer computes
 * that, though the weight has the shape of one.
 */
const COSINE = /(?:^|[._])(?:metric_fc|arc\w*|cos\w*|margin\w*|am_?softmax|sphere\w*|angular\w*)(?:[._]|$)/i;

const SUFFIX = /(?:^|\.)(weight|bias|running_mean|running_var|num_batches_tracked)$/;

function layerOf(path: string, parts: ReadonlyMap<string, LazyTensor>): HeadLayer | undefined {
  const [weight, bias] = [parts.get("weight"), parts.get("bias")];
  const [mean, variance] = [parts.get("running_mean"), parts.get("running_var")];
  if (weight === undefined) return undefined;
  const width = [weight.shape[0]!];
  const isWidth = (tensor: LazyTensor | undefined): boolean => tensor !== undefined && sameShape(tensor.shape, width);
  if (weight.shape.length === 2 && mean === undefined && variance === undefined && !parts.has("num_batches_tracked")) {
    return bias === undefined || isWidth(bias) ? { kind: "linear", path, weight, bias } : undefined;
  }
  if (weight.shape.length !== 1 || ![bias, mean, variance].every(isWidth)) return undefined;
  return { kind: "norm", path, weight, bias: bias!, mean: mean!, variance: variance! };
}

/** The layers that tensors are, in order of their numbers; `undefined` if one is of something else. */
export function headLayers(tensors: NamedTensors): readonly HeadLayer[] | undefined {
  const modules = new Map<string, Map<string, LazyTensor>>();
  for (const [name, tensor] of tensors) {
    const suffix = SUFFIX.exec(name)?.[1];
    if (suffix === undefined || COSINE.test(name)) return undefined;
    const path = name.slice(0, -suffix.length).replace(/\.$/, "");
    modules.set(path, (modules.get(path) ?? new Map<string, LazyTensor>()).set(suffix, tensor));
  }
  if (modules.size === 0 || modules.size > MAX_LAYERS) return undefined;
  const layers: HeadLayer[] = [];
  for (const [path, parts] of modules) {
    const layer = layerOf(path, parts);
    if (layer === undefined) return undefined;
    layers.push(layer);
  }
  // Without numbers, the order of norms and activations is not known.
  if (layers.some(({ kind }) => kind === "norm") && layers.some(({ path }) => numberOf(path) === undefined))
    return undefined;
  return layers.sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

/** The last number in a module's name: 3 of `fc.3`. */
function numberOf(path: string): number | undefined {
  const last = path.slice(path.lastIndexOf(".") + 1);
  return /^\d+$/.test(last) ? Number(last) : undefined;
}

/** Whether something without tensors is between two layers; it is, unless their numbers follow one another. */
function hasPlace(path: string, next: string): boolean {
  const [first, second] = [numberOf(path), numberOf(next)];
  return first === undefined || second === undefined || second > first + 1;
}

/**
 * The layers that an activation follows: for each Linear layer but the last, that layer or the norm after it, whichever
 * leaves a place first.
 */
export function activationPlaces(layers: readonly HeadLayer[]): ReadonlySet<string> {
  const places = new Set<string>();
  let isOpen = false;
  for (const [index, { kind, path }] of layers.slice(0, -1).entries()) {
    if (kind === "linear") isOpen = true;
    if (!isOpen || !hasPlace(path, layers[index + 1]!.path)) continue;
    places.add(path);
    isOpen = false;
  }
  return places;
}
