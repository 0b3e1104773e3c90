import type { Checkpoint } from "@samoyed/checkpoint";
import { convertCheckpoint } from "@samoyed/convert";
import { type LazyTensor, lazyTensor, memorySink, readTensor, type Tensor } from "@samoyed/core";
import { type BackendResult, type CaseResult, type LoadedCase, type Preprocess, runCase } from "@samoyed/golden";
import { preprocessImage } from "@samoyed/preprocess";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import type { Session } from "@samoyed/runtime";

/** Weights in memory, by name. */
export type Weights = ReadonlyMap<string, Tensor>;

/** Reads tensors once, so that each mutation costs no more than its own bytes. */
export async function readWeights(tensors: readonly LazyTensor[]): Promise<Weights> {
  const weights = new Map<string, Tensor>();
  for (const tensor of tensors) weights.set(tensor.name, await readTensor(tensor));
  return weights;
}

/** Weights in which some tensors were replaced by changed copies. */
export function mutated(weights: Weights, names: RegExp, change: (data: Float32Array) => void): Weights {
  const result = new Map(weights);
  for (const [name, tensor] of weights) {
    if (!names.test(name)) continue;
    const data = (tensor.data as Float32Array).slice();
    change(data);
    result.set(name, { ...tensor, data } as Tensor);
  }
  return result;
}

/** Weights, as an opened checkpoint gives them, to ONNX, to a session of onnxruntime-node: without the disk. */
export async function openSession(weights: Weights, { case: golden }: LoadedCase): Promise<Session> {
  const tensors = new Map([...weights].map(([name, tensor]) => [name, lazyTensor(name, tensor)]));
  const checkpoint: Checkpoint = {
    container: "zip",
    root: tensors,
    tensors,
    metadata: new Map(),
    warnings: [],
    close: () => Promise.resolve(),
  };
  const onnx = memorySink();
  await convertCheckpoint(checkpoint, {
    model: golden.model,
    preprocess: golden.preprocess,
    sourceName: "stand-in.pth",
    // Nothing here reads it, and to compute it would take longer than all the rest.
    sourceSha256: "0".repeat(64),
    createSink: () => Promise.resolve(onnx),
  });
  return onnxruntimeNode().load(onnx.bytes());
}

/** Runs a case on a session that is open already, and leaves it open. */
export async function runOn(
  loaded: LoadedCase,
  { session, preprocess = preprocessImage }: { readonly session: Session; readonly preprocess?: Preprocess },
): Promise<CaseResult & { readonly backend: BackendResult }> {
  const result = await runCase(loaded, {
    backends: [
      {
        name: "onnxruntime-node",
        availability: () => onnxruntimeNode().availability(),
        open: () =>
          Promise.resolve({
            run: (inputs, options) => session.run(inputs, options),
            dispose: () => Promise.resolve(),
          }),
      },
    ],
    preprocess,
    asset: (name) => Promise.reject(new Error(`no asset is needed; got ${name}`)),
  });
  return { ...result, backend: result.backends[0]! };
}

/** What a check found, by its name. */
export function statusOf(backend: BackendResult, name: string): string | undefined {
  return backend.checks.find((check) => check.name === name)?.status;
}
