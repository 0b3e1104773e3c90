import { UnsupportedError } from "@samoyed/core";
import type * as Core from "@tensorflow/tfjs-core";

/**
 * TensorFlow.js has one current engine for the whole program. While one starts, which takes time, nothing may run; all
 * other engine changes are synchronous, so synchronous work never sees the wrong engine.
 */
const state: { starting: Promise<void> | undefined } = { starting: undefined };

/** Longest time that an engine may take to start: download and compile its WebAssembly, start its workers. */
const START_LIMIT_MS = 60_000;

/**
 * The result of a start, or `false` when it does not end: some engines wait forever for what is blocked. Such an engine is
 * removed, because TensorFlow.js lets no other one work while it waits.
 */
async function startWithinLimit(core: typeof Core, engine: string): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      core.removeBackend(engine);
      resolve(false);
    }, START_LIMIT_MS);
  });
  try {
    return await Promise.race([core.setBackend(engine), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Starts an engine and makes the previously current one current again.
 *
 * @returns whether it is running.
 */
export async function startEngine(
  core: typeof Core,
  { engine, before }: { readonly engine: string; readonly before: string | undefined },
): Promise<boolean> {
  while (state.starting !== undefined) await state.starting;
  if (core.engine().registryFactory[engine] === undefined) {
    restore(core, before);
    return false;
  }
  let started = false;
  state.starting = startWithinLimit(core, engine)
    .then((success) => {
      started = success;
    })
    .finally(() => {
      state.starting = undefined;
      restore(core, before);
    });
  await state.starting;
  return started;
}

/**
 * Runs synchronous work on a started engine, then makes the previously current one current again.
 *
 * @throws UnsupportedError when the engine's WebAssembly traps: what it has in memory cannot be relied on any more.
 */
export async function onEngine<T>(core: typeof Core, engine: string, work: () => T): Promise<T> {
  while (state.starting !== undefined) await state.starting;
  const before = core.getBackend();
  // Synchronous, because the engine is started.
  if (before !== engine) void core.setBackend(engine);
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof WebAssembly.RuntimeError)) throw cause;
    throw new UnsupportedError(`the WebAssembly of ${engine} failed: ${cause.message}`, {
      hint: "A damaged model may have overwritten its memory: load models anew, in a new page or process.",
      cause,
    });
  } finally {
    restore(core, before);
  }
}

function restore(core: typeof Core, before: string | undefined): void {
  const known = before !== undefined && core.engine().registry[before] !== undefined;
  if (known && core.getBackend() !== before) void core.setBackend(before);
}
