import { UsageError } from "@samoyed/core";
import type { Backend } from "@samoyed/runtime";
import { onnxruntimeNode, onnxruntimeWeb } from "@samoyed/runtime-onnx";
import { nearest } from "./nearest.ts";

/** Every backend that this command line knows, fastest first within a format. */
export function allBackends(): readonly Backend[] {
  return [onnxruntimeNode(), onnxruntimeWeb()];
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
