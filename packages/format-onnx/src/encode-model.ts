import { type Contract, contractBeforeHash, encodeContract, type LazyTensor } from "@samoyed/core";
import type { Graph, ValueInfo } from "@samoyed/ir";
import { encodeNode } from "./encode-node.ts";
import { encodeEntry, encodeTensor, type ExternalPlace } from "./encode-tensor.ts";
import { encodeValue } from "./encode-value.ts";
import { imageMetadata } from "./image-metadata.ts";
import { integerField, joinFields, type Message, messageField, textField } from "./message.ts";
import { GRAPH, MODEL, OPERATOR_SET } from "./schema.ts";
import { irVersionFor, requireOpset, requireType } from "./versions.ts";

/** Key of the contract in `metadata_props`. */
export const CONTRACT_KEY = "samoyed";

/** Options of `encodeModel`: contents of a model file other than its graph. */
export interface EncodeOptions {
  readonly contract?: Contract | undefined;
  /** Tensors whose bytes are in another file. */
  readonly places?: ReadonlyMap<string, ExternalPlace>;
}

/**
 * Encodes a `ModelProto`, complete except for its tensors' bytes. Fields are in the order of their numbers, as every
 * protobuf library writes them: reading and writing the file with one gives the same bytes.
 *
 * @throws UnsupportedError when ONNX cannot express the graph.
 */
export function encodeModel(graph: Graph, { contract, places = new Map() }: EncodeOptions): Message {
  requireOpset(graph.opset, `graph ${JSON.stringify(graph.name)}`);
  for (const tensor of graph.initializers.values()) requireType(tensor, graph.opset);
  return joinFields([
    integerField(MODEL.irVersion, irVersionFor(graph.opset), "the IR version"),
    ...encodeProducer(contract),
    messageField(MODEL.graph, encodeGraph(graph, places)),
    messageField(MODEL.opsetImport, encodeOpset(graph.opset)),
    ...encodeMetadata(contract),
  ]);
}

/** Finds the offset of the digits of the contract's `source.sha256` in a model; `undefined` if it has none. */
export function sourceHashOffset({ byteLength }: Message, contract: Contract | undefined): number | undefined {
  const before = contract && contractBeforeHash(contract);
  if (before === undefined) return undefined;
  // The contract is the last of the metadata, and the metadata the last field.
  return byteLength - utf8Length(encodeContract(contract!)) + utf8Length(before);
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** The contract's generator is `name version`; without a contract there is no version. */
function encodeProducer(contract: Contract | undefined): Message[] {
  const version = contract?.generator.split(" ")[1];
  return [
    textField(MODEL.producerName, "samoyed", "the producer"),
    ...(version === undefined ? [] : [textField(MODEL.producerVersion, version, "the producer's version")]),
  ];
}

function encodeOpset(opset: number): Message {
  // An absent domain means ONNX's own operators.
  return integerField(OPERATOR_SET.version, opset, "the operator set");
}

function encodeMetadata(contract: Contract | undefined): Message[] {
  if (contract === undefined) return [];
  const entries = [...imageMetadata(contract.preprocess), [CONTRACT_KEY, encodeContract(contract)] as const];
  return entries.map(([key, value]) => messageField(MODEL.metadataProps, encodeEntry(key, value)));
}

function valueField(number: number, value: ValueInfo): Message {
  return messageField(number, encodeValue(value));
}

function encodeGraph(graph: Graph, places: ReadonlyMap<string, ExternalPlace>): Message {
  const tensorField = ([name, tensor]: readonly [string, LazyTensor]): Message =>
    messageField(GRAPH.initializer, encodeTensor(name, tensor, places.get(name)));
  return joinFields([
    ...graph.nodes.map((node) => messageField(GRAPH.node, encodeNode(node))),
    textField(GRAPH.name, graph.name, "the graph's name"),
    ...Array.from(graph.initializers, tensorField),
    ...graph.inputs.map((value) => valueField(GRAPH.input, value)),
    ...graph.outputs.map((value) => valueField(GRAPH.output, value)),
    ...intermediates(graph).map((value) => valueField(GRAPH.valueInfo, value)),
  ]);
}

/** Lists the known types of intermediate values, in the order of the nodes. */
function intermediates(graph: Graph): ValueInfo[] {
  const outputs = new Set(graph.outputs.map((output) => output.name));
  return graph.nodes
    .flatMap((node) => node.outputs)
    .filter((name) => !outputs.has(name))
    .flatMap((name) => graph.values.get(name) ?? []);
}
