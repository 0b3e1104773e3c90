import { UnsupportedError } from "@samoyed/core";
import { CANONICAL_OPSET } from "@samoyed/ir";
import type { SmydFile } from "@samoyed/smyd-file";

/** Operators of version 1 that are spelled by others since. */
const FORMER: ReadonlySet<string> = new Set(["Constant", "Dropout", "Gelu", "HardSwish"]);

/**
 * Refuses a file, of version 1, whose graph is not in the canonical form, which is all that is planned: those of networks
 * that Samoyed built itself are, as a rule.
 *
 * @throws UnsupportedError with the command that converts the file again.
 */
export function refuseFormer({ version, graph }: SmydFile, label: string): void {
  const former = graph.nodes.find(({ op }) => FORMER.has(op));
  if (graph.opset === CANONICAL_OPSET && former === undefined) return;
  const what =
    former === undefined
      ? `operator set ${graph.opset}; expected ${CANONICAL_OPSET}`
      : `the operator ${former.op} (node ${JSON.stringify(former.name)}), which is spelled by others since`;
  const packed = [...graph.initializers.values()].find(({ layout }) => layout !== "plain")?.storage ?? "float32";
  const weightsOption = packed === "float32" ? "" : ` --weights ${packed}`;
  throw new UnsupportedError(`${label}: version 1 of .smyd with ${what}`, {
    hint: `Convert it again, with: samoyed convert ${label} --to smyd${weightsOption}`,
    details: { version, opset: graph.opset },
  });
}
