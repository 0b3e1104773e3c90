import { formatShape, type ModelFiles, type Tensor, throwIfAborted, UnsupportedError, UsageError } from "@samoyed/core";
import { checkInputs, type Port, type RunOptions, type Session } from "@samoyed/runtime";
import type { Tensor as TfTensor, TypedArray } from "@tensorflow/tfjs-core";
import type { Engine, Executor, LoadedWeights } from "./engine-source.ts";
import { hasChannelsLast } from "./channels-last.ts";
import { firstLine } from "./first-line.ts";
import { stepwiseExecutor } from "./stepwise-executor.ts";
import { makeGraphModel } from "./graph-model.ts";
import { registerGroupedConv } from "./grouped-op.ts";
import { loadWeights } from "./load-weights.ts";
import type { Model, ModelPort } from "@samoyed/tfjs-file";
import { onEngine } from "./switch-engine.ts";
import { fromEngine, toChannelsLast } from "./tensors.ts";
import { checkWasmMemory } from "./wasm-memory.ts";

/** Options of `openTfjsSession`. */
export interface TfjsSessionOptions {
  readonly engine: Engine;
  readonly model: Model;
  readonly files: ModelFiles;
  readonly signal: AbortSignal | undefined;
}

/** Engines that compute in this thread; results of the others must be awaited. */
const SYNCHRONOUS: ReadonlySet<string> = new Set(["cpu", "wasm", "tensorflow"]);

/** Opens a session of a model on an engine. Everything that can be checked is checked before the first weight is read. */
export async function openTfjsSession({ engine, model, files, signal }: TfjsSessionOptions): Promise<Session> {
  const { source, tf } = engine;
  const { core } = tf;
  const { label } = model;
  if (source.engine === "wasm") checkWasmMemory(model);
  registerGroupedConv(tf);
  // Only to check that TensorFlow.js knows all operators, and computes them synchronously.
  makeGraphModel(tf, model, { nodes: model.nodes, tensors: {} });
  const loaded = await loadWeights(model, { engine, files, signal });
  const executor = await executorOrDispose(engine, model, loaded);
  const { nodes, tensors } = loaded;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const inputsLast = model.inputs.some(({ channelsLast }) => channelsLast);
  let disposed = false;

  /** Returns a small constant's elements; those of larger ones do not affect layout. */
  const constant = (name: string): readonly number[] | undefined => {
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    return tensor !== undefined && tensor.dtype === "int32" && tensor.size <= 8
      ? Array.from(tensor.dataSync())
      : undefined;
  };
  const tapPort = async (name: string): Promise<Wanted> => {
    if (!byName.has(name)) {
      throw new UsageError(`${label}: the graph has no value ${JSON.stringify(name)} to tap`, {
        hint: `Names are case-sensitive; samoyed inspect ${label} --all lists them.`,
      });
    }
    const channelsLast = await onEngine(core, source.engine, () =>
      hasChannelsLast(name, { nodes: byName, constant, inputsLast }),
    );
    return { name, channelsLast };
  };

  async function run(
    inputs: Readonly<Record<string, Tensor>>,
    { taps = [], signal: stop }: RunOptions = {},
  ): Promise<Map<string, Tensor>> {
    if (disposed) throw new UsageError(`${label}: the session is disposed`, { hint: "Load the model again." });
    throwIfAborted(stop);
    checkInputs(inputs, model.inputs);
    const results = new Map<string, Tensor>();
    const wanted: Wanted[] = [...model.outputs];
    const known = new Set(model.outputs.map(({ name }) => name));
    for (const name of taps) {
      if (known.has(name)) continue;
      known.add(name);
      const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (input) results.set(name, { ...input, data: input.data.slice() });
      else wanted.push(await tapPort(name));
    }
    for (const [name, tensor] of await execute(inputs, wanted)) results.set(name, tensor);
    throwIfAborted(stop);
    // Outputs first, then taps in the requested order.
    const order = [...model.outputs.map(({ name }) => name), ...taps];
    return new Map(order.map((name) => [name, results.get(name)!]));
  }

  async function execute(
    inputs: Readonly<Record<string, Tensor>>,
    wanted: readonly Wanted[],
  ): Promise<readonly (readonly [string, Tensor])[]> {
    const outputs = await onEngine(core, source.engine, () => {
      const feeds = Object.fromEntries(model.inputs.map((port) => [port.name, feed(inputs[port.name]!, port)]));
      let given: readonly TfTensor[] = [];
      try {
        given = executor.execute(
          feeds,
          wanted.map(({ name }) => name),
        );
        return given;
      } catch (cause) {
        const message = firstLine(cause instanceof Error ? cause.message : String(cause));
        throw new UnsupportedError(`${label}: ${source.name} failed while running the model: ${message}`, { cause });
      } finally {
        // An output may be an input as it is.
        core.dispose(Object.values(feeds).filter((tensor) => !given.includes(tensor)));
      }
    });
    try {
      const data: TypedArray[] = [];
      for (const tensor of outputs) data.push(SYNCHRONOUS.has(source.engine) ? tensor.dataSync() : await tensor.data());
      return wanted.map(({ name, channelsLast }, index) => {
        const { dtype, shape } = outputs[index]!;
        return [name, fromEngine(data[index]!, { name, dtype, shape, channelsLast })] as const;
      });
    } finally {
      core.dispose([...outputs]);
    }
  }

  function feed(tensor: Tensor, { name, channelsLast, dtype }: ModelPort): TfTensor {
    const { data, shape } = tensor;
    if (!(data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array)) {
      throw new UnsupportedError(
        `the input ${JSON.stringify(name)} is ${tensor.dtype} ${formatShape(shape)}; expected ${dtype}`,
      );
    }
    if (!channelsLast) return core.tensor(data, [...shape], dtype);
    const [n, c, h, w] = shape as [number, number, number, number];
    return core.tensor(toChannelsLast(data, shape), [n, h, w, c], dtype);
  }

  return {
    backend: source.name,
    inputs: portsOf(model.inputs),
    outputs: portsOf(model.outputs),
    contract: model.contract,
    run,
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await onEngine(core, source.engine, () => executor.dispose());
    },
  };
}

interface Wanted {
  readonly name: string;
  readonly channelsLast: boolean;
}

async function executorOrDispose({ source, tf }: Engine, model: Model, loaded: LoadedWeights): Promise<Executor> {
  try {
    return (await source.makeExecutor?.(tf, model, loaded)) ?? stepwiseExecutor(tf, model, loaded);
  } catch (error) {
    tf.core.dispose(loaded.tensors);
    throw error;
  }
}

function portsOf(list: readonly ModelPort[]): Port[] {
  return list.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
}
