import { classLabels, classLogits, type ClassificationContract, labelsFit, MismatchError } from "@samoyed/core";
import type { Artifact, Backend, LoadOptions } from "../../backend.ts";
import { matrixRows } from "../batch.ts";
import { type ImageInput, type ImageNetwork, loadTask, type LoadTaskOptions, type NetworkRun } from "../load-task.ts";
import { softmax } from "./softmax.ts";
import { type Prediction, topClasses } from "./top-classes.ts";

/** Options of `classify` and `classifyBatch`. */
export interface ClassifyOptions {
  /** Number of classes to return, most probable first; 5 when absent. */
  readonly top?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A loaded model that predicts the classes of images, with probabilities. */
export interface Classifier {
  /** Name of the backend that runs it. */
  readonly backend: string;
  /** Contract inside the artifact. */
  readonly contract: ClassificationContract;
  /**
   * Number of logits per image. One makes it a binary classifier: a sigmoid gives the probability of class
   * 1, and class 0 has the rest. Undefined before the first image if the model's output has a symbolic size.
   */
  readonly logits: number | undefined;
  /**
   * Predicts the most probable classes of one image: a file's bytes, pixels, or an image of the platform (`ImageInput`).
   *
   * Calls may overlap; they run one after the other.
   *
   * @throws FormatError or UnsupportedError when the image cannot be decoded.
   * @throws MismatchError when the logits are not finite, or not one per label.
   */
  classify(image: ImageInput, options?: ClassifyOptions): Promise<Prediction[]>;
  /** Predicts the classes of several images, in one run of the network if the model has a symbolic batch size. */
  classifyBatch(images: readonly ImageInput[], options?: ClassifyOptions): Promise<Prediction[][]>;
  /** Frees the engine's memory. Safe to call twice; a disposed classifier throws. */
  dispose(): Promise<void>;
}

/** Options of a classifier other than its backend. */
export interface ClassifierOptions extends LoadOptions {
  /** One name per class, or for one logit only the name of class 1; replaces the names in the artifact. */
  readonly labels?: readonly string[];
}

/** Options of `loadClassifier`: one backend, or several, of which the first that can run here is used. */
export type LoadClassifierOptions = ClassifierOptions & LoadTaskOptions;

/**
 * Loads a converted classifier; preprocessing and class names come from the contract inside it.
 *
 * @throws UnavailableError when no backend can run here.
 * @throws UnsupportedError when the artifact has no contract, or its task is not classification.
 * @throws MismatchError when labels and classes differ in number, or contract and network disagree.
 */
export async function loadClassifier(
  artifact: Artifact,
  { labels, ...options }: LoadClassifierOptions,
): Promise<Classifier> {
  return loadTask(artifact, {
    ...options,
    task: {
      name: "logits",
      noun: "classifier",
      verb: "classify",
      hint: "Convert the checkpoint again, without --features.",
      open: (network) => classifierOf(network, labels ?? network.contract.labels),
    },
  });
}

/** A package's own `loadClassifier`, which chooses the backend. */
export type LoadClassifier = (artifact: Artifact, options?: ClassifierOptions) => Promise<Classifier>;

/** A package's own `loadClassifier`: on the first of its backends that can run here. */
export function classifierLoader(backends: () => readonly Backend[]): LoadClassifier {
  return async (artifact, options = {}) => loadClassifier(artifact, { ...options, backends: backends() });
}

function classifierOf(
  network: ImageNetwork<ClassificationContract>,
  labels: readonly string[] | undefined,
): Classifier {
  const { backend, contract, output } = network;
  const classes = output.shape.at(-1);
  let logits = typeof classes === "number" ? classes : undefined;
  if (logits !== undefined) requireLabels(labels, logits);

  function predictionsOf({ outputs, geometries }: NetworkRun, top: number): Prediction[][] {
    const rows = matrixRows(outputs.get(contract.output), {
      name: contract.output,
      rows: geometries.length,
      columns: "classes",
    });
    return rows.map((row) => {
      logits = row.length;
      // Known in advance only if the output's size is not symbolic.
      requireLabels(labels, logits);
      return topClasses(softmax(classLogits(row)), { top, labels: labels && classLabels(labels, logits) });
    });
  }
  async function classifyBatch(
    images: readonly ImageInput[],
    { signal, top = 5 }: ClassifyOptions = {},
  ): Promise<Prediction[][]> {
    const runs = await network.run(images, { signal });
    return runs.flatMap((run) => predictionsOf(run, top));
  }

  return {
    backend,
    contract,
    get logits(): number | undefined {
      return logits;
    },
    classify: async (image, options) => (await classifyBatch([image], options))[0]!,
    classifyBatch,
    dispose: () => network.dispose(),
  };
}

function requireLabels(labels: readonly string[] | undefined, classes: number): void {
  if (!labels || labelsFit(labels, classes)) return;
  throw new MismatchError(`the network gives ${classes} classes; there are ${labels.length} labels`, {
    hint:
      classes === 1
        ? "Give the names of both classes, negative and positive, or only of the positive one."
        : "Give one label per class, in class order.",
    details: { classes, labels: labels.length },
  });
}
