import {
  classLabels,
  classLogits,
  type Contract,
  labelsFit,
  MismatchError,
  throwIfAborted,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { createTransform, type Image } from "@samoyed/preprocess";
import type { Artifact, Backend, LoadOptions, Session } from "./backend.ts";
import { matrixRows, stackImages } from "./batch.ts";
import { checkClassifier } from "./check-classifier.ts";
import { firstAvailable } from "./first-available.ts";
import { softmax } from "./softmax.ts";
import { type Classification, topClasses } from "./top-classes.ts";

/** What one classification is asked for. */
export interface ClassifyOptions {
  /** How many classes to return, most probable first; 5 when absent. */
  readonly top?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A loaded model that answers images with names and probabilities. */
export interface Classifier {
  /** The name of the backend that runs it. */
  readonly backend: string;
  /** What travelled inside the artifact. */
  readonly contract: Contract;
  /**
   * How many logits the network gives an image. One makes it a binary classifier: a sigmoid gives the probability of class
   * 1, and class 0 has the rest. Undefined before the first image where the model's output has a symbolic size.
   */
  readonly logits: number | undefined;
  /**
   * The most probable classes of one image: the bytes of a JPEG or PNG file, or decoded RGB pixels.
   *
   * Calls may overlap; they run one after the other.
   *
   * @throws FormatError or UnsupportedError when the image cannot be decoded.
   * @throws MismatchError when the logits are not finite, or not one per label.
   */
  classify(image: Uint8Array | Image, options?: ClassifyOptions): Promise<Classification[]>;
  /** The same for several images, in one run of the network where the model has a symbolic batch size. */
  classifyBatch(images: readonly (Uint8Array | Image)[], options?: ClassifyOptions): Promise<Classification[][]>;
  /** Frees the engine's memory. Safe to call twice; a disposed classifier throws. */
  dispose(): Promise<void>;
}

/** What a classifier may be given besides its artifact. */
export interface ClassifierOptions extends LoadOptions {
  /** One name per class, or for one logit the name of class 1 alone; replaces those that the artifact carries. */
  readonly labels?: readonly string[];
}

/** Options of `loadClassifier`: one backend, or several to take the first that can run here. */
export type LoadClassifierOptions = ClassifierOptions &
  ({ readonly backend: Backend } | { readonly backends: readonly Backend[] });

/**
 * Loads a converted classifier; preprocessing and class names come from the contract inside it.
 *
 * @throws UnavailableError when no backend can run here.
 * @throws UnsupportedError when the artifact carries no contract or gives features instead of logits.
 * @throws MismatchError when labels and classes differ in number, or contract and network disagree.
 */
export async function loadClassifier(artifact: Artifact, options: LoadClassifierOptions): Promise<Classifier> {
  const { labels, onProgress, signal, threads } = options;
  const backend = "backend" in options ? options.backend : await firstAvailable(options.backends);
  const session = await backend.load(artifact, {
    ...(threads === undefined ? {} : { threads }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  try {
    return classifierOf(session, labels);
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

function classifierOf(session: Session, givenLabels: readonly string[] | undefined): Classifier {
  const contract = contractOf(session);
  const labels = givenLabels ?? contract.labels;
  const { batch, logits } = checkClassifier(session, { contract, labels });
  const transform = createTransform(contract.preprocess);
  let logitCount = logits;
  let disposed = false;
  // A session must not run twice at once, and callers of classify should not have to know.
  let last: Promise<unknown> = Promise.resolve();

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work, work);
    last = result;
    return result;
  }
  async function run(images: readonly (Uint8Array | Image)[], given: ClassifyOptions): Promise<Classification[][]> {
    const { signal, top = 5 } = given;
    if (disposed) throw new UsageError("the classifier is disposed", { hint: "Load it again." });
    throwIfAborted(signal);
    const input = stackImages(images.map((image) => transform(image)));
    const outputs = await session.run({ [contract.input]: input }, signal === undefined ? {} : { signal });
    const rows = matrixRows(outputs.get(contract.output), { name: contract.output, rows: images.length });
    return rows.map((row) => {
      logitCount = row.length;
      // Known before only where the output's size is not symbolic.
      if (labels && !labelsFit(labels, row.length)) {
        throw new MismatchError(`the network gives ${row.length} classes; there are ${labels.length} labels`);
      }
      return topClasses(softmax(classLogits(row)), { top, labels: labels && classLabels(labels, row.length) });
    });
  }

  return {
    backend: session.backend,
    contract,
    get logits(): number | undefined {
      return logitCount;
    },
    classify: async (image, given = {}) => inTurn(async () => (await run([image], given))[0]!),
    classifyBatch: async (images, given = {}) =>
      inTurn(async () => {
        if (batch === "any") return images.length === 0 ? [] : run(images, given);
        const results: Classification[][] = [];
        for (const image of images) results.push(...(await run([image], given)));
        return results;
      }),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await inTurn(() => session.dispose());
    },
  };
}

function contractOf(session: Session): Contract {
  const { contract } = session;
  if (!contract) {
    throw new UnsupportedError("the model carries no contract, so its preprocessing is unknown", {
      hint: "Convert the checkpoint with samoyed, which writes one, or run the model with tensors of your own.",
    });
  }
  if (contract.task !== "logits") {
    throw new UnsupportedError(`${contract.model} gives ${contract.task}, not logits: it cannot classify`, {
      hint: "Convert the checkpoint again, without --features.",
    });
  }
  return contract;
}
