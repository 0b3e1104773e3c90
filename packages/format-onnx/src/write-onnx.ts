import {
  type BlockWriter,
  type Contract,
  copyChunks,
  type ReadOptions,
  type Sink,
  throughBlocks,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { type Graph, requireContractPorts } from "@samoyed/ir";
import { encodeModel, sourceHashOffset } from "./encode-model.ts";
import type { ExternalPlace } from "./encode-tensor.ts";
import { layoutExternal } from "./external-layout.ts";
import { refuseLocation } from "./external-location.ts";
import type { Message } from "./message.ts";

/** Largest protobuf message: lengths are signed 32-bit integers in every other implementation. */
export const MAX_MODEL_BYTES: number = 2 ** 31 - 1;

/** Stands for the name of a second file that has none yet. */
const UNNAMED = "weights";

/** Options of `writeOnnx`. */
export interface WriteOnnxOptions extends ReadOptions {
  readonly sink: Sink;
  /** Contract, stored in `metadata_props` with ONNX's own image keys. */
  readonly contract?: Contract;
  /**
   * Puts the weights into a second file, which is written first. `name` is its name in the model: a file next to the
   * model; a function is called when all its bytes are in the sink. If absent, everything is in the model, as JavaScript
   * loaders need it.
   */
  readonly external?: { readonly name: string | (() => string); readonly sink: Sink };
}

/** Result of `writeOnnx`. */
export interface WrittenOnnx {
  /** Offset of the digits of the contract's `source.sha256` in the model; `undefined` if it has none. */
  readonly sourceHashOffset: number | undefined;
}

/**
 * Writes a graph as an ONNX model: the graph's operator set, IR version 8 for operator sets up to 18 (later ones
 * as ONNX pairs them), symbolic sizes by name, weights as little-endian `raw_data`. The same graph gives the same bytes.
 *
 * Weights stream: no more than eight blocks of 1 MiB and the graph's description are in memory, plus what each tensor's
 * `chunks()` keeps. The sinks are neither committed nor aborted: the caller opened them and does that.
 *
 * @throws UnsupportedError before anything is written, when the model would exceed 2 GiB and `external` is absent, or ONNX
 * cannot express the graph.
 * @throws UsageError when the contract names ports that the graph does not have, or the external file's name is not
 * that of a file next to the model.
 * @throws ShapeError when a tensor yields more or fewer bytes than its shape has.
 *
 * Matches ONNX 1.23, `onnx/onnx.proto`.
 */
export async function writeOnnx(graph: Graph, options: WriteOnnxOptions): Promise<WrittenOnnx> {
  const { sink, contract, external, signal } = options;
  const reading: ReadOptions = signal === undefined ? {} : { signal };
  requireContractPorts(graph, contract);
  const encode = (name: string | undefined): Message => {
    const places = name === undefined ? new Map<string, ExternalPlace>() : placeTensors(graph, name);
    return encodeModel(graph, { contract, places });
  };
  let model = encode(external && (typeof external.name === "string" ? external.name : UNNAMED));
  requireSize(graph, { byteLength: model.byteLength, split: external !== undefined });
  if (external !== undefined) {
    const places = placeTensors(graph, UNNAMED);
    await throughBlocks(external.sink, (blocks) => writePlaces({ graph, places, blocks }, reading));
    if (typeof external.name === "function") model = encode(external.name());
  }
  await throughBlocks(sink, (blocks) => writeMessage(model, blocks, reading));
  return { sourceHashOffset: sourceHashOffset(model, contract) };
}

/**
 * Computes the size of the model that `writeOnnx` would write with all weights in it, without reading a weight: above
 * `MAX_MODEL_BYTES`, `writeOnnx` needs `external`.
 *
 * @throws UnsupportedError when ONNX cannot express the graph.
 */
export function onnxByteLength(graph: Graph, options: { readonly contract?: Contract } = {}): number {
  return encodeModel(graph, options).byteLength;
}

function placeTensors(graph: Graph, name: string): ReadonlyMap<string, ExternalPlace> {
  const refusal = refuseLocation(name);
  if (refusal !== undefined) {
    throw new UsageError(`external data ${JSON.stringify(name)}: ${refusal}; expected the name of a file`, {
      hint: "Give the name of the file next to the model, such as model.onnx.data.",
    });
  }
  return layoutExternal(graph.initializers, name);
}

function requireSize(graph: Graph, { byteLength, split }: { byteLength: number; split: boolean }): void {
  if (byteLength <= MAX_MODEL_BYTES) return;
  throw new UnsupportedError(
    `graph ${JSON.stringify(graph.name)}: the model takes ${byteLength} bytes; an ONNX file has at most ${MAX_MODEL_BYTES}`,
    {
      hint: split
        ? "Even without its weights the graph is too large for ONNX."
        : "Pass `external`, so that the weights go into a second file.",
      details: { byteLength, limit: MAX_MODEL_BYTES },
    },
  );
}

async function writeMessage(message: Message, blocks: BlockWriter, options: ReadOptions): Promise<void> {
  for (const piece of message.pieces) {
    if (piece instanceof Uint8Array) {
      await blocks.append(piece);
    } else {
      await copyChunks(piece, (chunk) => blocks.append(chunk), options);
    }
  }
}

async function writePlaces(
  { graph, places, blocks }: { graph: Graph; places: ReadonlyMap<string, ExternalPlace>; blocks: BlockWriter },
  options: ReadOptions,
): Promise<void> {
  let position = 0;
  for (const [name, place] of places) {
    await blocks.append(new Uint8Array(place.offset - position));
    await copyChunks(graph.initializers.get(name)!, (chunk) => blocks.append(chunk), options);
    position = place.offset + place.byteLength;
  }
}
