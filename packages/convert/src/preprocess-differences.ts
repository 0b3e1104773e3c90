import type { PreprocessConfig } from "@samoyed/core";
import type { ModelInfo } from "@samoyed/models";

/** Settings in the order in which they are named, and how their values are written. */
const SETTINGS: readonly (readonly [name: string, text: (config: PreprocessConfig) => string])[] = [
  ["size", ({ inputSize }) => inputSize.slice(1).join("×")],
  ["interpolation", ({ interpolation }) => interpolation],
  ["crop", ({ cropPct, cropMode }) => `${cropPct} ${cropMode}`],
  ["mean", ({ mean }) => mean.join(" ")],
  ["deviation", ({ std }) => std.join(" ")],
];
/** Most values of a setting. */
const SHOWN = 4;

/** Says in what the preprocessing of published networks differs; nothing where it does not. */
export function preprocessDifferences(candidates: readonly ModelInfo[]): readonly string[] {
  const differences = SETTINGS.flatMap(([name, text]) => {
    const values = [...new Set(candidates.map(({ preprocess }) => text(preprocess)))];
    if (values.length < 2) return [];
    return [`${name} ${values.slice(0, SHOWN).join(" / ")}${values.length > SHOWN ? " / …" : ""}`];
  });
  if (differences.length === 0) return [];
  return [`Published networks with these tensors prepare images otherwise: ${differences.join("; ")}.`];
}
