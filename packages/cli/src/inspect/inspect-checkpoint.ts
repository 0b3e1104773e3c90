import { type Checkpoint, stateDict } from "@samoyed/checkpoint";
import { type LazyTensor, SamoyedError } from "@samoyed/core";
import { chooseModel, recordedModel } from "@samoyed/convert";
import { describeTensors } from "@samoyed/graph";
import { columns, formatBytes } from "../columns.ts";
import type { Result } from "../command.ts";
import { byteLengthOf, tensorTable } from "./tensor-table.ts";

interface Architecture {
  readonly name: string;
  readonly numClasses: number;
  /** Published models with these tensors. */
  readonly candidates: readonly string[];
}

/** The network that converting would take, or why it is not a known one. */
async function recognize(
  checkpoint: Checkpoint,
  tensors: ReadonlyMap<string, LazyTensor>,
): Promise<Architecture | string> {
  try {
    const recorded = await recordedModel(checkpoint);
    const { name, numClasses, candidates } = await chooseModel(tensors, { recorded });
    return { name, numClasses, candidates: candidates.map((model) => model.name) };
  } catch (error) {
    if (error instanceof SamoyedError) return error.message;
    throw error;
  }
}

function architectureRows(architecture: Architecture | string): string[][] {
  if (typeof architecture === "string") return [["architecture", `not recognized: ${architecture}`]];
  const { name, numClasses, candidates } = architecture;
  const head = numClasses === 0 ? "no classifier" : `${numClasses} classes`;
  return [["architecture", `${name}, ${head}`], ...(candidates.length > 1 ? [["fits", candidates.join(", ")]] : [])];
}

/** Describes what a checkpoint contains. No weight is read. */
export async function inspectCheckpoint(checkpoint: Checkpoint, { all }: { readonly all: boolean }): Promise<Result> {
  const { container, warnings } = checkpoint;
  const { tensors, unwrapped } = stateDict(checkpoint);
  const list = [...tensors.values()];
  const architecture = await recognize(checkpoint, tensors);
  const bytes = byteLengthOf(list);
  const rows = [
    ["container", container],
    ["tensors", `${list.length}, ${formatBytes(bytes)}`],
    ...(unwrapped.length > 0 ? [["unwrapped", unwrapped.join(", ")]] : []),
    ...architectureRows(architecture),
    ...warnings.map((warning) => ["note", warning]),
  ];
  const recognized = typeof architecture === "string" ? undefined : architecture;
  return {
    json: {
      kind: "checkpoint",
      container,
      unwrapped,
      bytes,
      architecture: recognized ?? null,
      ...(recognized ? {} : { unrecognized: architecture }),
      warnings,
      tensors: describeTensors(list),
    },
    text: `${columns(rows)}\n\n${tensorTable(describeTensors(list), { all })}`,
  };
}
