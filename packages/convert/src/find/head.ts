import { lazyTensor, type LazyTensor, renameLazy, type Shape } from "@samoyed/core";
import { type Architecture, classifierOf, modelParameters } from "@samoyed/models";
import { type HeadLayer, headLayers, type Linear } from "./head-layers.ts";
import type { NamedTensors } from "./names.ts";

/** What a head takes: the network's pooled features, or the mean and the maximum of its last map, one after the other. */
export type HeadPooling = "own" | "concatenated";

/** A head that fits a network without a classifier. */
export interface Head {
  /** Linear layers and norms in order; the last one is a Linear layer. */
  readonly layers: readonly HeadLayer[];
  readonly last: Linear;
  readonly pooling: HeadPooling;
  /** A head of one layer under the names of the network's classifier; empty for one that the network itself does not have. */
  readonly classifier: NamedTensors;
}

/** The tensors of a network's only classifier, for a number of classes; `undefined` if it has another kind of one. */
function classifierShapes(
  architecture: Architecture,
  numClasses: number,
): { readonly weight: readonly [string, Shape]; readonly bias?: string } | undefined {
  const parameters = modelParameters(architecture, { numClasses });
  const own = classifierOf(architecture).tensors.map((name) => [name, parameters.get(name)!.shape] as const);
  const weights = own.filter(([, shape]) => shape.length > 1);
  const biases = own.filter(([, shape]) => shape.length <= 1);
  if (weights.length !== 1 || biases.length > 1 || weights[0]![1].slice(2).some((size) => size !== 1)) return undefined;
  return { weight: weights[0]!, ...(biases[0] && { bias: biases[0][0] }) };
}

/** The inputs of a head's first layer; `undefined` unless each layer takes what the one before it gives. */
function inputsOf(layers: readonly HeadLayer[]): number | undefined {
  let [inputs, width]: [number | undefined, number | undefined] = [undefined, undefined];
  for (const layer of layers) {
    const [taken, given] =
      layer.kind === "norm"
        ? [layer.mean.shape[0]!, layer.mean.shape[0]!]
        : [layer.weight.shape[1]!, layer.weight.shape[0]!];
    if (width !== undefined && taken !== width) return undefined;
    inputs ??= taken;
    width = given;
  }
  return inputs;
}

/** The only layer of a head under the network's names; empty where the network does not have it so. */
function asClassifier(
  layers: readonly HeadLayer[],
  own: NonNullable<ReturnType<typeof classifierShapes>>,
): NamedTensors {
  const [layer, ...others] = layers;
  const [weightName, shape] = own.weight;
  if (others.length > 0 || layer?.kind !== "linear" || shape.length !== 2) return new Map();
  const { weight, bias } = layer;
  if (own.bias === undefined)
    return bias === undefined ? new Map([[weightName, renameLazy(weight, weightName)]]) : new Map();
  const classes = weight.shape[0]!;
  const zeros = lazyTensor(own.bias, { dtype: "float32", shape: [classes], data: new Float32Array(classes) });
  return new Map<string, LazyTensor>([
    [weightName, renameLazy(weight, weightName)],
    [own.bias, bias === undefined ? zeros : renameLazy(bias, own.bias)],
  ]);
}

/** Options of `headFrom`. */
interface HeadOptions {
  /** Whether the network's tensors have another library's names, which a head's do not get. */
  readonly translated?: boolean | undefined;
}

/** Reads tensors as the head of a network that has none: Linear layers, with batch norms between them; else `undefined`. */
export function headFrom(
  tensors: NamedTensors,
  architecture: Architecture,
  { translated = false }: HeadOptions = {},
): Head | undefined {
  const layers = headLayers(tensors);
  const last = layers?.at(-1);
  if (layers === undefined || last?.kind !== "linear") return undefined;
  const own = classifierShapes(architecture, last.weight.shape[0]!);
  const inputs = inputsOf(layers);
  if (own === undefined || inputs === undefined) return undefined;
  const features = own.weight[1][1]!;
  if (inputs === features) {
    return { layers, last, pooling: "own", classifier: translated ? new Map() : asClassifier(layers, own) };
  }
  return inputs === 2 * features ? { layers, last, pooling: "concatenated", classifier: new Map() } : undefined;
}

/** Whether a head is not the network's own classifier under another name. */
export function isOwnHead(head: Head | undefined): head is Head {
  return head !== undefined && head.classifier.size === 0;
}

/** How a head is under other names, in a sentence. */
export function headText({ layers, last }: Head): string {
  if (layers.length === 1) return `The classifier is ${last.path}.`;
  return `The classifier is a chain of layers: ${layers.map(({ path }) => path).join(", ")}.`;
}
