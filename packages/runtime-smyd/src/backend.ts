import { UnavailableError } from "@samoyed/core";
import type { Artifact, Availability, Backend, LoadOptions, Session } from "@samoyed/runtime";
import { chooseSimd, type Simd } from "./wasm/kernels/detect.ts";
import type { ByteStream } from "./load/byte-stream.ts";
import { loadModel } from "./wasm/load-model.ts";
import { BACKEND_NAME } from "./session.ts";
import { chooseThreads, type ThreadLimits } from "./wasm/threads/count.ts";
import type { StartWorkers } from "./wasm/threads/worker-pool.ts";

/** Options of `smyd`. */
export interface SmydOptions {
  /** Which vector instructions to use; the best that the engine has when absent. */
  readonly simd?: Simd;
}

/** Options of loading a `.smyd` model. */
export interface SmydLoadOptions extends LoadOptions {
  /** Whether the model is run once on the input that its contract names, and refused where the answer is another. */
  readonly selfTest?: boolean;
}

/** The backend of `.smyd` models. */
export interface SmydBackend extends Backend {
  load(artifact: Artifact, options?: SmydLoadOptions): Promise<Session>;
}

/** Parts that differ between Node and browsers. */
export interface Platform {
  readonly openStream: (artifact: Artifact, signal: AbortSignal | undefined) => Promise<ByteStream>;
  readonly startWorkers: StartWorkers;
  readonly threadLimits: () => ThreadLimits;
}

/** The backend on a platform. */
export function smydOn(platform: Platform, { simd }: SmydOptions): SmydBackend {
  return {
    name: BACKEND_NAME,
    format: "smyd",
    async availability(): Promise<Availability> {
      try {
        return { available: true, version: `${await simdFor(simd)} SIMD` };
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        return { available: false, reason: error.message, fix: error.hint ?? "" };
      }
    },
    async load(artifact, { threads: asked, signal, onProgress, selfTest = false } = {}): Promise<Session> {
      const instructions = await simdFor(simd);
      const { startWorkers } = platform;
      const loadOn = async (threads: number): Promise<Session> => {
        const stream = await platform.openStream(artifact, signal);
        return closing(stream, () =>
          loadModel(stream, { simd: instructions, threads, startWorkers, signal, onProgress }),
        );
      };
      const threads = chooseThreads(asked, platform.threadLimits());
      const session = await loadOn(threads).catch(async (error: unknown) => {
        // No threads were asked for, and one thread needs neither workers nor memory that is reserved at its largest.
        if (asked === undefined && threads > 1 && error instanceof UnavailableError) return loadOn(1);
        throw error;
      });
      if (selfTest) {
        await disposingOnError(session, async () => {
          const { checkSelfTest } = await import("./self-test.ts");
          await checkSelfTest(session);
        });
      }
      return session;
    },
  };
}

/** The vector instructions to use, or the error that says why there are none. */
async function simdFor(asked: Simd | undefined): Promise<Simd> {
  return chooseSimd(asked) ?? (await import("./wasm/kernels/refuse-simd.ts")).refuseSimd(asked);
}

async function closing<T>(stream: ByteStream, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } finally {
    await stream.close();
  }
}

async function disposingOnError(session: Session, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch (error) {
    await session.dispose();
    throw error;
  }
}
