import type * as Core from "@tensorflow/tfjs-core";

/**
 * TensorFlow.js has one current engine for the whole program. While one starts, which takes time, nothing may run; all
 * other changes of engine are synchronous, so work that is synchronous as well never sees another's engine.
 */
const state: { starting: Promise<void> | undefined } = { starting: undefined };

/**
 * Starts an engine without leaving it the current one, where another was.
 *
 * @returns whether it runs.
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
  state.starting = core
    .setBackend(engine)
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

/** Runs synchronous work on a started engine, and makes the one that was current the current one again. */
export async function onEngine<T>(core: typeof Core, engine: string, work: () => T): Promise<T> {
  while (state.starting !== undefined) await state.starting;
  const before = core.getBackend();
  // Synchronous, because the engine is started.
  if (before !== engine) void core.setBackend(engine);
  try {
    return work();
  } finally {
    restore(core, before);
  }
}

function restore(core: typeof Core, before: string | undefined): void {
  const known = before !== undefined && core.engine().registry[before] !== undefined;
  if (known && core.getBackend() !== before) void core.setBackend(before);
}
