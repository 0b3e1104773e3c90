import {
  type Contract,
  isOfTask,
  requireTask,
  serialQueue,
  type TaskContracts,
  type Tensor,
  throwIfAborted,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { type ImageSource, loadTransform, type PlatformImage, type TransformGeometry } from "@samoyed/preprocess";
import type { Artifact, Backend, LoadOptions, Port, Session } from "../backend.ts";
import { stackImages } from "./batch.ts";
import { checkNetwork } from "./check-network.ts";

/**
 * An image: the bytes of a file, pixels such as a canvas's `ImageData`, or an image of the platform: a Blob, ImageBitmap,
 * VideoFrame, canvas, image or video element. Bytes and Blobs are decoded exactly; `readImage` says what others lose.
 */
export type ImageInput = ImageSource | PlatformImage;

/** Result of one run of a network. */
export interface NetworkRun {
  /** All outputs by name, batch first. */
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** Geometry of each image of the run: maps positions in the network's input back to the image. */
  readonly geometries: readonly TransformGeometry[];
}

/** A loaded network that takes images, preprocessed as its contract says. */
export interface ImageNetwork<Task extends Contract> {
  /** Name of the backend that runs it. */
  readonly backend: string;
  readonly contract: Task;
  /** Port of the contract's output. */
  readonly output: Port;
  /**
   * Runs the network on images: in one batch if the model has a symbolic batch size, else one by one. Calls may overlap;
   * they run one after the other.
   *
   * @throws FormatError or UnsupportedError when an image cannot be decoded.
   * @throws UsageError when the network is disposed.
   */
  run(images: readonly ImageInput[], options: { readonly signal: AbortSignal | undefined }): Promise<NetworkRun[]>;
  /** Frees the engine's memory after the runs that have started. Safe to call twice. */
  dispose(): Promise<void>;
}

/** Task that the runtime loads models for. */
export interface RuntimeTask<Name extends keyof TaskContracts, Model> {
  /** The contract's `task`. */
  readonly name: Name;
  /** For messages: the loaded model (`classifier`), its verb (`classify`), and a hint for networks of other tasks. */
  readonly noun: string;
  readonly verb: string;
  readonly hint: string;
  /** Makes the task's model from a network; throws if the network does not fit the task. */
  readonly open: (network: ImageNetwork<TaskContracts[Name]>) => Model;
}

/** Options that change how images are prepared. */
export interface ImageOptions {
  /** Whether images are turned as their EXIF orientation says; the contract's choice when absent, which is mostly `ignore`. */
  readonly exifOrientation?: "apply" | "ignore";
}

/** Options of `loadTask`: one backend, or several, of which the first that can run here is used. */
export type LoadTaskOptions = LoadOptions &
  ImageOptions &
  ({ readonly backend: Backend } | { readonly backends: readonly Backend[] });

/**
 * Loads a converted model for a task; its preprocessing comes from the contract inside it.
 *
 * @throws UnavailableError when no backend can run here.
 * @throws UnsupportedError when the artifact has no contract or one of another task, or its input does not take images.
 * @throws MismatchError when contract and network disagree.
 */
export async function loadTask<Name extends keyof TaskContracts, Model>(
  artifact: Artifact,
  { task, ...options }: LoadTaskOptions & { readonly task: RuntimeTask<Name, Model> },
): Promise<Model> {
  const load = (backend: Backend): Promise<Session> => backend.load(artifact, options);
  // Not downloaded by a page whose package has one backend.
  const loadOn = async (backends: readonly Backend[]): Promise<Session> =>
    (await import("../first-available.ts")).loadOnFirst(backends, load);
  const session = await ("backend" in options ? load(options.backend) : loadOn(options.backends));
  try {
    return task.open(await networkOf(session, { task, exifOrientation: options.exifOrientation }));
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

async function networkOf<Name extends keyof TaskContracts>(
  session: Session,
  { task, exifOrientation }: { task: RuntimeTask<Name, unknown>; exifOrientation: "apply" | "ignore" | undefined },
): Promise<ImageNetwork<TaskContracts[Name]>> {
  const contract = contractOf(session, task);
  const { batch, output } = checkNetwork(session, contract);
  const transform = await loadTransform({ ...contract.preprocess, ...(exifOrientation && { exifOrientation }) });
  let disposed = false;
  // A session must not run twice at once; callers should not need to know.
  const inTurn = serialQueue();
  async function runOnce(images: readonly ImageInput[], signal: AbortSignal | undefined): Promise<NetworkRun> {
    if (disposed) throw new UsageError(`the ${task.noun} is disposed`, { hint: "Load it again." });
    throwIfAborted(signal);
    // One after the other: decoded images are large.
    const inputs = [];
    for (const image of images) inputs.push(await transform(image));
    const input = stackImages(inputs.map(({ tensor }) => tensor));
    const outputs = await session.run({ [contract.input]: input }, { signal });
    return { outputs, geometries: inputs.map(({ geometry }) => geometry) };
  }

  return {
    backend: session.backend,
    contract,
    output,
    run: async (images, { signal }) =>
      inTurn(async () => {
        if (batch === "any") return images.length === 0 ? [] : [await runOnce(images, signal)];
        const runs: NetworkRun[] = [];
        for (const image of images) runs.push(await runOnce([image], signal));
        return runs;
      }),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await inTurn(() => session.dispose());
    },
  };
}

function contractOf<Name extends keyof TaskContracts>(
  { contract }: Session,
  { name, verb, hint }: RuntimeTask<Name, unknown>,
): TaskContracts[Name] {
  if (!contract) {
    throw new UnsupportedError("the model has no contract, so its preprocessing is unknown", {
      hint: "Convert the checkpoint with samoyed, which writes one, or run the model with your own tensors.",
    });
  }
  if (isOfTask(contract, name)) return contract;
  const { name: other } = requireTask(contract);
  throw new UnsupportedError(`${contract.model} gives ${other}, not ${name}: it cannot ${verb}`, { hint });
}
