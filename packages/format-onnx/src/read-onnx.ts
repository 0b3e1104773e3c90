import {
  type ByteSource,
  type Contract,
  FormatError,
  parseContract,
  type ReadOptions,
  UnsupportedError,
} from "@samoyed/core";
import type { InputValues, Sizes } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { CONTRACT_KEY } from "./encode-model.ts";
import { externalData, type Resolve } from "./external-data.ts";
import { readEntry } from "./read-entry.ts";
import type { TensorReader } from "./read-attribute.ts";
import { readGraph } from "./read-graph.ts";
import { isDefaultDomain } from "./nodes/read-node.ts";
import { readInteger, readText, requireWireType } from "./scalar.ts";
import { MODEL, OPERATOR_SET } from "./schema.ts";
import { isSmall, toLazyTensor } from "./tensor-data.ts";
import { readTensorRecord } from "./tensor-record.ts";
import { requireIrVersion, requireOpset } from "./versions.ts";
import { type Field, openWire, type Span, type Wire } from "./wire.ts";

/** Options of `readOnnx`. */
export interface ReadOnnxOptions extends ReadOptions {
  /**
   * Opens a file next to the model, which contains the weights of a model above 2 GiB. It is called once for each file, with a
   * relative path that has been checked to stay in the model's folder; the caller closes what it opened.
   */
  readonly resolve?: Resolve;
  /** Open sizes of inputs to fix, as `fixSizes` of @samoyed/graph takes them; branches by these sizes are decided. */
  readonly sizes?: Sizes | undefined;
  /** Inputs of one number to fix, as `fixValues` of @samoyed/graph takes them; branches by these are decided. */
  readonly values?: InputValues | undefined;
}

/** A model that was read. */
export interface OnnxModel {
  readonly graph: Graph;
  /** `metadata_props`, in the file's order. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The contract that Samoyed wrote; absent in models of other producers. */
  readonly contract?: Contract;
}

/**
 * Reads an ONNX model: IR versions 3 to 14, operator sets 6 to 28. Only the network's description is read; weights of
 * more than 1 KiB (integers: 64 KiB) stay in `source` until they are read, so it must stay open as long as the graph is
 * used.
 *
 * Fields that ONNX does not define are skipped, as protobuf requires, and so are nodes and weights that no output needs.
 *
 * @throws FormatError when the bytes are not an ONNX model, naming the offset; nothing in the file is trusted.
 * @throws UnsupportedError, naming the node or value, for functions, sparse tensors, strings and sequences; naming every
 * node that is a loop, a branch by what is not constant, or of an operator that is not ONNX's.
 * @throws UsageError when weights are in other files and `resolve` is absent; as `fixSizes` does.
 *
 * Matches ONNX 1.23, `onnx/onnx.proto`.
 */
export async function readOnnx(source: ByteSource, options: ReadOnnxOptions = {}): Promise<OnnxModel> {
  const reading: ReadOptions = options.signal === undefined ? {} : { signal: options.signal };
  const wire = openWire(source, reading);
  const parts = await readModel(wire);
  requireIrVersion(parts.irVersion, source.label);
  requireOpset(parts.opset, source.label);
  const findExternal = externalData(source.label, options.resolve);
  // Small tensors are read at once, from the part of the file that was just read.
  const nearby: ByteSource = {
    byteLength: source.byteLength,
    label: source.label,
    read: (offset, length) => wire.bytes({ start: offset, end: offset + length }),
  };
  const readTensor: TensorReader = async (span, what) => {
    const record = await readTensorRecord(wire, span, what);
    const own = {
      source: isSmall(record) ? nearby : source,
      storage: record.storage,
      spans: record.spans,
    };
    const place = record.external === undefined ? own : await findExternal(record);
    return toLazyTensor(record.name, { record, place, options: reading });
  };
  const { sizes, values } = options;
  const graph = await readGraph(wire, parts.graph, { opset: parts.opset, readTensor, sizes, values });
  const json = parts.metadata.get(CONTRACT_KEY);
  return { graph, metadata: parts.metadata, ...(json === undefined ? {} : { contract: parseContract(json) }) };
}

interface ModelParts {
  readonly irVersion: number;
  readonly opset: number;
  readonly graph: Span;
  readonly metadata: ReadonlyMap<string, string>;
}

async function readModel(wire: Wire): Promise<ModelParts> {
  let irVersion: number | undefined;
  let opset: number | undefined;
  const domains: string[] = [];
  let graph: Span | undefined;
  const metadata = new Map<string, string>();
  for await (const field of wire.stream(wire.whole, "the model")) {
    if (field.number === MODEL.irVersion) {
      irVersion = readInteger(wire, field, "the IR version");
    } else if (field.number === MODEL.graph) {
      requireWireType(wire, field, "delimited", "the graph");
      if (graph !== undefined) throw wire.fail(field.start, "the model has a second graph");
      graph = { start: field.start, end: field.end };
    } else if (field.number === MODEL.opsetImport) {
      const { domain, version } = await readOpset(wire, field);
      if (isDefaultDomain(domain)) opset = version;
      else domains.push(domain);
    } else if (field.number === MODEL.metadataProps) {
      const [key, value] = await readEntry(wire, field, "the metadata");
      if (metadata.has(key)) throw wire.fail(field.start, `the metadata has the key ${JSON.stringify(key)} twice`);
      metadata.set(key, value);
    } else if (field.number === MODEL.functions) {
      throw new UnsupportedError(`${wire.source.label}: the model has functions of its own`, {
        hint: "Inline them (onnx.inliner does it).",
        details: { offset: field.start },
      });
    }
  }
  if (irVersion === undefined) throw incomplete(wire, "IR version");
  if (graph === undefined) throw incomplete(wire, "graph");
  if (opset === undefined && domains.length > 0) {
    throw new UnsupportedError(`${wire.source.label}: the model uses only operators of ${domains.join(", ")}`, {
      hint: "Samoyed handles the operators of ONNX itself.",
    });
  }
  if (opset === undefined) throw incomplete(wire, "version of ONNX's operators");
  return { irVersion, opset, graph, metadata };
}

function incomplete(wire: Wire, part: string): FormatError {
  return new FormatError(`${wire.source.label}: the model has no ${part}`, {
    hint: "This is not an ONNX model, or it was cut short.",
  });
}

async function readOpset(wire: Wire, field: Field): Promise<{ domain: string; version: number }> {
  requireWireType(wire, field, "delimited", "an operator set");
  let domain = "";
  let version = 0;
  for (const part of await wire.fields(field, "an operator set")) {
    if (part.number === OPERATOR_SET.domain) domain = await readText(wire, part, "the domain of an operator set");
    if (part.number === OPERATOR_SET.version) version = readInteger(wire, part, "the version of an operator set");
  }
  return { domain, version };
}
