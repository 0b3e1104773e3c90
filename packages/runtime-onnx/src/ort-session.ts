import { type Contract, parseContract, type Tensor, throwIfAborted, UsageError } from "@samoyed/core";
import { checkInputs, type RunOptions, type Session } from "@samoyed/runtime";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-web";
import type { Model, OrtModule } from "./engine.ts";
import { loadError, runError } from "./engine-errors.ts";
import { fromOrt, portsOf, toOrt } from "./ort-tensors.ts";
import { outputsPatch } from "./outputs-patch.ts";

/** Limit on taps marked as outputs in one engine session: all of them stay in memory until its run ends. */
const MAX_TAPS_AT_ONCE = 32;

/** Options of `openOrtSession`. */
export interface OrtSessionOptions {
  readonly backend: string;
  readonly ort: OrtModule;
  readonly model: Model;
  readonly options: InferenceSession.SessionOptions;
}

/**
 * Opens a session on either onnxruntime package.
 *
 * Outputs always come from the unmodified model. Taps come from a second engine session whose graph has them as outputs
 * (that keeps the engine from fusing them away, and changes other values by rounding), at most 32 at a time; it is
 * kept until other taps are requested.
 */
export async function openOrtSession(given: OrtSessionOptions): Promise<Session> {
  const { backend, ort, model } = given;
  const contract = contractOf(model);
  const main = await create(given, model.model);
  const { inputs, outputs } = await portsOrRelease(main);
  let disposed = false;
  let tapped: { readonly key: string; readonly session: InferenceSession } | undefined;

  async function tap(names: readonly string[]): Promise<InferenceSession> {
    const key = JSON.stringify(names);
    if (tapped?.key === key) return tapped.session;
    await tapped?.session.release();
    tapped = undefined;
    const session = await create(given, await model.withPatch(outputsPatch(names)));
    tapped = { key, session };
    return session;
  }

  async function run(
    tensors: Readonly<Record<string, Tensor>>,
    { taps = [], signal }: RunOptions = {},
  ): Promise<Map<string, Tensor>> {
    if (disposed) throw new UsageError(`${model.label}: the session is disposed`, { hint: "Load the model again." });
    throwIfAborted(signal);
    checkInputs(tensors, inputs);
    const feeds = Object.fromEntries(inputs.map(({ name }) => [name, toOrt(tensors[name]!, ort.Tensor)]));
    const results = await runEngine(main, { feeds, names: outputs.map((port) => port.name) });
    const missing: string[] = [];
    for (const name of new Set(taps)) {
      const input = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
      if (input) results.set(name, { ...input, data: input.data.slice() });
      else if (!results.has(name)) missing.push(name);
    }
    for (let start = 0; start < missing.length; start += MAX_TAPS_AT_ONCE) {
      throwIfAborted(signal);
      const names = missing.slice(start, start + MAX_TAPS_AT_ONCE);
      for (const [name, value] of await runEngine(await tap(names), { feeds, names })) results.set(name, value);
    }
    throwIfAborted(signal);
    return results;
  }

  async function runEngine(
    session: InferenceSession,
    { feeds, names }: { readonly feeds: Record<string, OrtTensor>; readonly names: readonly string[] },
  ): Promise<Map<string, Tensor>> {
    let values: InferenceSession.OnnxValueMapType;
    try {
      values = await session.run(feeds, names);
    } catch (error) {
      throw runError(error, { backend, label: model.label });
    }
    return new Map(
      names.map((name) => {
        const value = values[name] as OrtTensor;
        const copy = fromOrt(value, name);
        value.dispose();
        return [name, copy];
      }),
    );
  }

  return {
    backend,
    inputs,
    outputs,
    contract,
    run,
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await main.release();
      await tapped?.session.release();
    },
  };
}

async function create(given: OrtSessionOptions, model: string | Uint8Array): Promise<InferenceSession> {
  const { ort, options, backend } = given;
  try {
    // Two overloads of one method, which accept no union.
    return await (typeof model === "string"
      ? ort.InferenceSession.create(model, options)
      : ort.InferenceSession.create(model, options));
  } catch (error) {
    throw loadError(error, { backend, label: given.model.label });
  }
}

async function portsOrRelease(session: InferenceSession): Promise<Pick<Session, "inputs" | "outputs">> {
  try {
    return { inputs: portsOf(session.inputMetadata), outputs: portsOf(session.outputMetadata) };
  } catch (error) {
    await session.release();
    throw error;
  }
}

function contractOf(model: Model): Contract | undefined {
  const json = model.metadata.get("samoyed");
  return json === undefined ? undefined : parseContract(json);
}
