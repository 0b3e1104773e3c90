import {
  arrayToBytes,
  type Contract,
  FormatError,
  type ReadOptions,
  type Sink,
  throughBlocks,
  throwIfAborted,
  UnsupportedError,
} from "@samoyed/core";
import { requireCanonical } from "@samoyed/graph";
import { type Graph, requireContractPorts } from "@samoyed/ir";
import {
  createXxh64,
  layOutData,
  LENGTH_BYTES,
  parseSmydHeader,
  refuseForeign,
  smydHeaderLength,
  xxh64,
} from "@samoyed/smyd-file";
import { encodeGraph } from "./encode-graph.ts";
import { encodeHeader } from "./encode-header.ts";
import { type Emit, packWeight } from "./pack-weight.ts";
import type { SmydWeights } from "./storage.ts";
import { type PlannedWeight, planWeights } from "./weight-records.ts";

/** Options of `prepareSmyd`. */
export interface PrepareSmydOptions extends ReadOptions {
  /** Travels in the header. */
  readonly contract?: Contract;
  /**
   * How the weights of convolutions and matrix products are stored; the rest stays as it is. int8 is symmetric, with
   * one scale for each output channel. When absent, int8 for weights that are exactly that in the source, else float32.
   */
  readonly weights?: SmydWeights | undefined;
}

/** Where `PreparedSmyd.write` writes. */
export interface SmydOutput extends ReadOptions {
  /** The caller commits or aborts it. */
  readonly sink: Sink;
}

/** Options of `writeSmyd`. */
export type WriteSmydOptions = PrepareSmydOptions & SmydOutput;

/** A graph whose weights are planned. */
export interface PreparedSmyd {
  /** How each weight is stored. */
  readonly stored: readonly string[];
  readonly write: (output: SmydOutput) => Promise<WrittenSmyd>;
}

/** Result of `writeSmyd`. */
export interface WrittenSmyd {
  /** Offset of the digits of the contract's `source.sha256`; `undefined` where it has none. */
  readonly sourceHashOffset: number | undefined;
}

/**
 * Writes a graph as a `.smyd` file, `docs/smyd-format.md` in the repository: a safetensors file with the graph and the
 * contract in its metadata, weights in the order in which the kernels of `@samoyed/runtime-smyd` read them, and a hash
 * of each. The same graph gives the same bytes.
 *
 * Weights stream, eight output channels at a time; only depthwise weights, and matrices that have their output channels
 * as columns and are no transposes of the source's, are in memory whole, one at a time.
 *
 * @throws UnsupportedError when the graph is not in the canonical form, or the format cannot hold it, or a weight
 *   cannot be stored as asked.
 * @throws UsageError when the contract names other ports than the graph has.
 * @throws ShapeError when a tensor yields more or fewer bytes than its shape has.
 */
export async function writeSmyd(graph: Graph, options: WriteSmydOptions): Promise<WrittenSmyd> {
  return (await prepareSmyd(graph, options)).write(options);
}

/**
 * Plans how a graph's weights are stored, of which none is read yet but the scales of quantized ones.
 *
 * @throws UnsupportedError when the graph is not in the canonical form.
 * @throws UsageError when the contract names other ports than the graph has.
 */
export async function prepareSmyd(
  graph: Graph,
  { contract, weights, signal }: PrepareSmydOptions,
): Promise<PreparedSmyd> {
  requireContractPorts(graph, contract);
  requireCanonical(graph);
  const list = await planWeights(graph, { weights, reading: signal === undefined ? {} : { signal } });
  return {
    stored: list.map(({ record }) => record.storage),
    write: (output) => writePlanned(graph, { list, contract }, output),
  };
}

async function writePlanned(
  graph: Graph,
  { list, contract }: { readonly list: readonly PlannedWeight[]; readonly contract: Contract | undefined },
  { sink, signal }: SmydOutput,
): Promise<WrittenSmyd> {
  const reading: ReadOptions = signal === undefined ? {} : { signal };
  const placed = layOutData(list.map(({ record }) => record));
  const header = encodeHeader({ graph: encodeGraph(graph, list), contract, placed });
  requireReadable(header.bytes, graph);
  const byName = new Map(list.map((entry) => [entry.record.tensor, entry]));
  const hash = createXxh64();
  const hashes: bigint[] = [];
  await throughBlocks(sink, async (blocks) => {
    const emit: Emit = async (bytes) => {
      hash.update(bytes);
      await blocks.append(bytes);
    };
    let scales: Float32Array | undefined;
    await blocks.append(header.bytes);
    for (const { name, role, byteLength } of placed) {
      throwIfAborted(signal);
      hash.reset();
      switch (role) {
        case "weight":
          scales = await packWeight(byName.get(name)!, { emit, reading });
          hashes.push(hash.digest());
          break;
        case "scale":
          await emit(arrayToBytes(scales!));
          hashes.push(hash.digest());
          break;
        case "pad":
          await blocks.append(new Uint8Array(byteLength));
          break;
        default:
          await blocks.append(arrayToBytes(BigUint64Array.from(hashes)));
      }
    }
  });
  return { sourceHashOffset: header.sourceHashOffset };
}

/** Refuses what no reader would take: more nodes or a longer header than the format allows. */
function requireReadable(header: Uint8Array, { name }: Graph): void {
  const label = `graph ${JSON.stringify(name)} as .smyd`;
  try {
    const head = header.subarray(0, LENGTH_BYTES);
    if (smydHeaderLength(head) === undefined) refuseForeign(head, label);
    parseSmydHeader(header.subarray(LENGTH_BYTES), label).checkDigest(xxh64);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UnsupportedError(error.message, { cause: error });
  }
}
