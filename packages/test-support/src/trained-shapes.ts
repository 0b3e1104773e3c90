import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";
import { type Contract, memorySource, parseNpy, type PreprocessConfig, type Tensor } from "@samoyed/core";
import { dropIdentities, foldBatchNorm, foldConstants, rewriteGraph } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import { buildModel, identifyModel } from "@samoyed/models";
import { preprocessImage } from "@samoyed/preprocess";
import { testContract } from "./contract.ts";
import { golden } from "./paths.ts";

interface ShapesCase {
  readonly preprocess: PreprocessConfig;
  readonly labels: readonly string[];
  readonly images: readonly { readonly path: string; readonly label: number }[];
  readonly references: readonly { readonly kind: string; readonly noise: { readonly max: number } }[];
}

/** The network trained on drawn shapes, its images, and PyTorch's float64 logits. */
export interface TrainedShapes {
  readonly graph: Graph;
  readonly contract: Contract;
  /** [3, 96, 96] each; prepared when they are first asked for, which takes a second or two. */
  readonly images: readonly Tensor<"float32">[];
  /** Logits of all images, one after the other. */
  readonly logits: Float64Array;
  /** The largest error of PyTorch's own float32: F, the unit of the tolerances. */
  readonly noise: number;
}

/** Reads the golden case `shapes`, and builds its network like `convert`. */
export async function trainedShapes(): Promise<TrainedShapes> {
  const shapes = JSON.parse(await readFile(golden("cases/shapes/case.json"), "utf8")) as ShapesCase;
  const checkpoint = await openCheckpoint(memorySource(await readFile(golden("trained/shapes.pth")), "shapes.pth"));
  const { tensors } = stateDict(checkpoint);
  const { architecture, numClasses, name } = await identifyModel(tensors);
  const built = buildModel({ architecture, numClasses, tensors, inputSize: shapes.preprocess.inputSize });
  const { graph } = rewriteGraph(built, [foldConstants, dropIdentities, foldBatchNorm]);
  const prepare = ({ path }: { readonly path: string }): Tensor<"float32"> =>
    preprocessImage(readFileSync(golden(`cases/shapes/${path}`)), { ...shapes.preprocess, dtype: "float32" }).tensor;
  let images: readonly Tensor<"float32">[] | undefined;
  const contract = testContract({ model: name, preprocess: shapes.preprocess, labels: shapes.labels });
  const logits = parseNpy(await readFile(golden("cases/shapes/logits64.npy"))).data as Float64Array;
  const recorded = shapes.references.find(({ kind }) => kind === "recorded")!;
  return {
    graph,
    contract,
    get images() {
      return (images ??= shapes.images.map(prepare));
    },
    logits,
    noise: recorded.noise.max,
  };
}
