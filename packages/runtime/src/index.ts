export * from "./backend.ts";
export { checkInputs } from "./check-inputs.ts";
export {
  type Classifier,
  classifierLoader,
  type ClassifierOptions,
  type ClassifyOptions,
  type LoadClassifier,
  loadClassifier,
  type LoadClassifierOptions,
} from "./tasks/classification/classifier.ts";
export type { ImageInput } from "./tasks/load-task.ts";
export { checkThreads } from "./check-threads.ts";
export { type ConstantSizeKind, requireConstantSize } from "./constant-sizes.ts";
export { firstAvailable } from "./first-available.ts";
export { compileEmptyModule } from "./compile-empty-module.ts";
export { requireWebAssembly } from "./web-assembly.ts";
export { softmax } from "./tasks/classification/softmax.ts";
export { type Prediction, topClasses } from "./tasks/classification/top-classes.ts";
