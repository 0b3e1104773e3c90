import type { LoadProgress, Session } from "@samoyed/runtime";
import { createEngine, type Engine, type Runner } from "./engine.ts";
import { isReadByPlanner, type SmydFile } from "@samoyed/smyd-file";
import { batchSymbol, expectedSizes, requirePorts } from "../input-sizes.ts";
import type { Simd } from "./kernels/detect.ts";
import { compileKernels, instantiateKernels } from "./kernels/load.ts";
import { hashBytes } from "./kernels/hash-bytes.ts";
import { TILE_PIXELS } from "./kernels/tile-pixels.ts";
import type { ByteStream } from "../load/byte-stream.ts";
import { loadData } from "./load-data.ts";
import { readHeader } from "../load/read-header.ts";
import { createMemory, DATA_ADDRESS } from "./memory.ts";
import { loadOperatorSet, needsOf } from "./operator-set.ts";
import { openSession } from "../session.ts";
import type { StartWorkers } from "./threads/worker-pool.ts";

/** Options of `loadModel`. */
export interface LoadModelOptions {
  readonly simd: Simd;
  readonly threads: number;
  readonly startWorkers: StartWorkers;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
}

/**
 * Loads a model: its header, then its data straight into WebAssembly memory. Memory for running it is taken as soon as
 * the constants that shapes depend on have come, mostly before any weight has, so that nothing is downloaded in vain.
 *
 * @throws FormatError when the file is damaged, UnsupportedError when it contains what no kernel computes,
 *   UnavailableError when memory or workers cannot be had, AbortedError when the signal fires.
 */
export async function loadModel(stream: ByteStream, options: LoadModelOptions): Promise<Session> {
  const { simd, threads, startWorkers, signal, onProgress } = options;
  const { file, checkDigest } = await readHeader(stream);
  if (file.version === 1) (await import("../load/refuse-former.ts")).refuseFormer(file, stream.label);
  requirePorts(file.graph, stream.label);
  const needs = needsOf(file.graph);
  const sharing = threads > 1 ? "shared" : "unshared";
  const memory = createMemory(DATA_ADDRESS + file.dataBytes, sharing);
  const [operatorSet, module] = await Promise.all([
    loadOperatorSet(needs),
    compileKernels({ set: needs.kernels, simd, sharing }),
  ]);
  const kernels = await instantiateKernels(module, memory);
  checkDigest((bytes) => hashBytes(bytes, kernels, memory));
  const workerPool = threads > 1 ? await startWorkers({ threads, module, memory }) : undefined;
  const release = async (): Promise<void> => workerPool?.dispose();
  try {
    const runner: Runner = workerPool ? { threads, workerPool } : { threads: 1, kernels };
    const engine = createEngine({ file, operatorSet, memory, runner, tile: TILE_PIXELS[simd] });
    const batch = batchSymbol(file.graph);
    const total = file.dataOffset + file.dataBytes;
    await loadData(stream, {
      file,
      memory,
      kernels,
      signal,
      onProgress: (loaded) => onProgress?.({ loaded: file.dataOffset + loaded, total }),
      prelude: { bytes: planningBytes(file), whenLoaded: () => prepareFirst(engine, file, batch) },
    });
    return openSession({ file, engine, batch, label: stream.label, release });
  } catch (error) {
    await release();
    throw error;
  }
}

function prepareFirst(engine: Engine, file: SmydFile, batch: string | undefined): void {
  const sizes = expectedSizes(file, batch);
  if (sizes !== undefined) engine.prepare(sizes, []);
}

/** Bytes of the data section that planning may read: all up to the last constant that it may. */
function planningBytes({ graph }: SmydFile): number {
  const small = [...graph.initializers.values()].filter(isReadByPlanner);
  return Math.max(0, ...small.map(({ offset, byteLength }) => offset + byteLength));
}
