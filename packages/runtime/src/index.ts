export * from "./backend.ts";
export { checkInputs } from "./check-inputs.ts";
export {
  type Classifier,
  type ClassifierOptions,
  type ClassifyOptions,
  loadClassifier,
  type LoadClassifierOptions,
} from "./classifier.ts";
export { checkThreads } from "./check-threads.ts";
export { firstAvailable } from "./first-available.ts";
export { softmax } from "./softmax.ts";
export { type Classification, topClasses } from "./top-classes.ts";
