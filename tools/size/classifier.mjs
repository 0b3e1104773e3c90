export { loadClassifier } from "@samoyed/runtime-smyd";
