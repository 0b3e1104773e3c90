import type { Checkpoint } from "@samoyed/checkpoint";
import {
  type FoundWeights,
  largestWeights,
  type OpenedNetwork,
  openNetwork,
  type OpenNetworkOptions,
} from "@samoyed/convert";
import { SamoyedError } from "@samoyed/core";
import { describeTensors } from "@samoyed/graph";
import { classesText } from "../classes-text.ts";
import { columns, formatBytes } from "../columns.ts";
import type { Result } from "../command.ts";
import { printableLine } from "../printable.ts";
import { byteLengthOf, tensorTable } from "./tensor-table.ts";

/** The network that converting would take, or why it is not a known one, and the weights in either case. */
async function recognize(
  checkpoint: Checkpoint,
  where: OpenNetworkOptions,
): Promise<{ readonly weights: FoundWeights; readonly network: OpenedNetwork | string }> {
  try {
    const network = await openNetwork(checkpoint, where);
    return { weights: network, network };
  } catch (error) {
    if (!(error instanceof SamoyedError)) throw error;
    return { weights: largestWeights(checkpoint, where), network: error.message };
  }
}

/** What the file says besides its tensors. */
function statementRows({ recorded: { fields } }: OpenedNetwork): string[][] {
  const text = [...fields].map(([field, value]) => `${field} ${value}`).join(", ");
  return text === "" ? [] : [["from the file", printableLine(text)]];
}

function networkRows(network: OpenedNetwork | string): string[][] {
  if (typeof network === "string") return [["architecture", `not recognized: ${network}`]];
  const { name, numClasses, candidates } = network.model;
  const names = candidates.map((model) => model.name);
  return [
    ["architecture", `${name}, ${classesText(numClasses)}`],
    ...(names.length > 1 ? [["fits", names.join(", ")]] : []),
    ...statementRows(network),
    ...network.notes.map((note) => ["note", note]),
  ];
}

/** The network as JSON. */
function networkJson(network: OpenedNetwork | string): Readonly<Record<string, unknown>> {
  if (typeof network === "string") return { architecture: null, unrecognized: network };
  const { name, numClasses, candidates } = network.model;
  return {
    architecture: { name, numClasses, candidates: candidates.map((model) => model.name) },
    notes: network.notes,
  };
}

/** Options of `inspectCheckpoint`. */
interface InspectOptions extends OpenNetworkOptions {
  /** Whether every tensor is listed. */
  readonly all: boolean;
}

/** Describes what a checkpoint contains. No weight is read. */
export async function inspectCheckpoint(checkpoint: Checkpoint, { all, ...where }: InspectOptions): Promise<Result> {
  const { container, warnings } = checkpoint;
  const { weights, network } = await recognize(checkpoint, where);
  const { tensors, unwrapped } = weights;
  const list = [...tensors.values()];
  const bytes = byteLengthOf(list);
  const rows = [
    ["container", container],
    ["tensors", `${list.length}, ${formatBytes(bytes)}`],
    ...(unwrapped.length > 0 ? [["unwrapped", unwrapped.join(", ")]] : []),
    ...networkRows(network),
    ...warnings.map((warning) => ["note", warning]),
  ];
  return {
    json: {
      kind: "checkpoint",
      container,
      unwrapped,
      bytes,
      ...networkJson(network),
      warnings,
      tensors: describeTensors(list),
    },
    text: `${columns(rows)}\n\n${tensorTable(describeTensors(list), { all })}`,
  };
}
