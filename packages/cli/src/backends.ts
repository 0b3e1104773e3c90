import { nearest, UsageError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";
import { onnxruntimeNode, onnxruntimeWeb } from "@samoyed/runtime-onnx";
import { smyd } from "@samoyed/runtime-smyd";
import { tfjsCpu, tfjsNode, tfjsWasm, tfjsWebgl, tfjsWebgpu } from "@samoyed/runtime-tfjs";

/** Every backend that this command line knows, fastest first within a format: the one list of engines. */
export function allBackends(): readonly Backend[] {
  return [
    onnxruntimeNode(),
    onnxruntimeWeb(),
    smyd(),
    tfjsNode(),
    tfjsWasm(),
    tfjsCpu(),
    // Browsers' own: here they say so.
    tfjsWebgl(),
    tfjsWebgpu(),
  ];
}

/** The backends with the given names, in that order; all of them for no names. */
export function backendsNamed(names: readonly string[]): readonly Backend[] {
  const all = allBackends();
  if (names.length === 0) return all;
  return names.map((name) => {
    const found = all.find((backend) => backend.name === name);
    if (found) return found;
    const known = all.map((backend) => backend.name);
    const close = nearest(name, known);
    throw new UsageError(`no backend is called ${JSON.stringify(name)}; expected one of ${known.join(", ")}`, {
      hint: close ? `Did you mean ${close}?` : "See: samoyed doctor",
    });
  });
}
