import { lazyTensor, type LazyTensor, renameLazy, sameShape, type Shape } from "@samoyed/core";
import { type Architecture, classifierOf, modelParameters } from "@samoyed/models";
import type { NamedTensors } from "./names.ts";

/** A fully connected layer of a checkpoint. */
export interface Linear {
  /** The module's name in the file: `fc.1`. */
  readonly path: string;
  /** [outputs, inputs]. */
  readonly weight: LazyTensor;
  /** [outputs]. */
  readonly bias: LazyTensor | undefined;
}

/** The largest number of layers in a head. */
const MAX_LAYERS = 8;

/** The Linear layers that tensors are, in order of their numbers; `undefined` if one is of something else. */
function linearsOf(tensors: NamedTensors): readonly Linear[] | undefined {
  const linears: Linear[] = [];
  for (const [name, weight] of tensors) {
    if (!/(?:^|\.)weight$/.test(name) || weight.shape.length !== 2) continue;
    const path = name.slice(0, -"weight".length).replace(/\.$/, "");
    const bias = tensors.get(path === "" ? "bias" : `${path}.bias`);
    if (bias !== undefined && !sameShape(bias.shape, [weight.shape[0]!])) return undefined;
    linears.push({ path, weight, bias });
  }
  const used = linears.reduce((sum, { bias }) => sum + (bias === undefined ? 1 : 2), 0);
  if (used !== tensors.size || linears.length === 0 || linears.length > MAX_LAYERS) return undefined;
  return linears.sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

/** Whether tensors are Linear layers and nothing else. */
export function isLinearChain(tensors: NamedTensors): boolean {
  return linearsOf(tensors) !== undefined;
}

/** Whether each layer takes what the one before it gives. */
function isChain(linears: readonly Linear[], features: number): boolean {
  return linears.every(({ weight }, index) => {
    const inputs = index === 0 ? features : linears[index - 1]!.weight.shape[0]!;
    return weight.shape[1] === inputs;
  });
}

/** The tensors of a network's only classifier, for a number of classes; `undefined` if it has another kind of one. */
function classifierShapes(
  architecture: Architecture,
  numClasses: number,
): { readonly weight: readonly [string, Shape]; readonly bias?: string } | undefined {
  const parameters = modelParameters(architecture, { numClasses });
  const own = classifierOf(architecture).tensors.map((name) => [name, parameters.get(name)!.shape] as const);
  const weights = own.filter(([, shape]) => shape.length === 2);
  const biases = own.filter(([, shape]) => shape.length === 1);
  if (weights.length !== 1 || weights.length + biases.length !== own.length || biases.length > 1) return undefined;
  return { weight: weights[0]!, ...(biases[0] && { bias: biases[0][0] }) };
}

/** A head that fits a network without a classifier. */
export interface Head {
  /** The layers before the last, which the network itself does not have; empty for a plain classifier. */
  readonly hidden: readonly Linear[];
  readonly last: Linear;
  /** The last layer under the names of the network's classifier; empty where there are hidden ones. */
  readonly classifier: NamedTensors;
}

/** Reads tensors as the head of a network that has none: one Linear layer, or a chain of them; else `undefined`. */
export function headFrom(tensors: NamedTensors, architecture: Architecture): Head | undefined {
  const linears = linearsOf(tensors);
  const last = linears?.at(-1);
  if (linears === undefined || last === undefined) return undefined;
  const classes = last.weight.shape[0]!;
  const own = classifierShapes(architecture, classes);
  if (own === undefined) return undefined;
  const [weightName, [, features]] = own.weight;
  if (!isChain(linears, features!)) return undefined;
  const hidden = linears.slice(0, -1);
  if (hidden.length > 0) return { hidden, last, classifier: new Map() };
  const classifier = new Map([[weightName, renameLazy(last.weight, weightName)]]);
  if (own.bias !== undefined) {
    const { bias } = last;
    classifier.set(own.bias, bias === undefined ? zeros(own.bias, classes) : renameLazy(bias, own.bias));
  }
  if (own.bias === undefined && last.bias !== undefined) return undefined;
  return { hidden, last, classifier };
}

/** A bias for a layer without one. */
function zeros(name: string, count: number): LazyTensor {
  return lazyTensor(name, { dtype: "float32", shape: [count], data: new Float32Array(count) });
}

/** The last number in a module's name: 3 of `fc.3`. */
function numberOf(path: string): number | undefined {
  const last = path.slice(path.lastIndexOf(".") + 1);
  return /^\d+$/.test(last) ? Number(last) : undefined;
}

/** Whether something without tensors is between two layers; it is, unless their numbers follow one another. */
export function hasActivation(path: string, next: string): boolean {
  const [first, second] = [numberOf(path), numberOf(next)];
  return first === undefined || second === undefined || second > first + 1;
}

/** How a head is under other names, in a sentence. */
export function headText({ hidden, last }: Head): string {
  if (hidden.length === 0) return `The classifier is ${last.path}.`;
  return `The classifier is a chain of layers: ${[...hidden, last].map(({ path }) => path).join(", ")}.`;
}
