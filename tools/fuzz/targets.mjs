import { READERS } from "./readers.mjs";
import { RUNTIMES } from "./runtimes.mjs";

/** Everything that is fuzzed, by name. */
export const TARGETS = { ...READERS, ...RUNTIMES };

/** Those that are fuzzed when none is named: onnxruntime reads the model itself, and allocates what a graph says. */
export const OUR_TARGETS = Object.keys(TARGETS).filter((name) => name !== "run-onnxruntime-node");
