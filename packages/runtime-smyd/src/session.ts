import { serialQueue, type Tensor, throwIfAborted, UsageError } from "@samoyed/core";
import { checkInputs, type RunOptions, type Session } from "@samoyed/runtime";
import type { Engine } from "./wasm/engine.ts";
import type { SmydFile } from "@samoyed/smyd-file";
import { sizesOfRun } from "./input-sizes.ts";

export const BACKEND_NAME = "smyd";

/** Parts of a session. */
export interface SessionOptions {
  readonly file: SmydFile;
  readonly engine: Engine;
  readonly batch: string | undefined;
  readonly label: string;
  /** Stops the workers, where there are any. */
  readonly release: () => Promise<void>;
}

/**
 * A session over a loaded model. Calls of `run` may overlap: they run one after the other. A run that was refused
 * leaves it as it was; one that failed in a worker leaves it unusable, and every later run says so.
 */
export function openSession({ file, engine, batch, label, release }: SessionOptions): Session {
  const { graph, contract } = file;
  let disposed = false;
  const inTurn = serialQueue();

  async function runNow(
    tensors: Readonly<Record<string, Tensor>>,
    { taps = [], signal }: RunOptions,
  ): Promise<Map<string, Tensor>> {
    if (disposed) throw new UsageError(`${label}: the session is disposed`, { hint: "Load the model again." });
    throwIfAborted(signal);
    checkInputs(tensors, graph.inputs);
    engine.prepare(sizesOfRun(graph, { tensors, batch }), [...new Set(taps)]);
    const values = await engine.run(tensors, signal);
    throwIfAborted(signal);
    const names = [...graph.outputs.map(({ name }) => name), ...taps];
    return new Map(names.map((name) => [name, values.get(name)!]));
  }

  return {
    backend: BACKEND_NAME,
    inputs: graph.inputs,
    outputs: graph.outputs,
    contract,
    run: (tensors, options = {}) => inTurn(() => runNow(tensors, options)),
    dispose: () =>
      inTurn(async () => {
        if (disposed) return;
        disposed = true;
        await release();
      }),
  };
}
