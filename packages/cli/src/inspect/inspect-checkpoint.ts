import type { Checkpoint } from "@samoyed/checkpoint";
import {
  factsOf,
  type FoundWeights,
  largestWeights,
  type NetworkFacts,
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
import { describeContents, rootClass } from "./describe-contents.ts";
import { byteLengthOf, tensorTable } from "./tensor-table.ts";

type Weights = Pick<FoundWeights, "tensors" | "unwrapped">;

/** The network that converting would take, or why it is not a known one, and the weights in either case. */
async function recognize(
  checkpoint: Checkpoint,
  where: OpenNetworkOptions,
): Promise<{ readonly weights: Weights; readonly network: OpenedNetwork | string }> {
  try {
    const network = await openNetwork(checkpoint, where);
    return { weights: network, network };
  } catch (error) {
    if (!(error instanceof SamoyedError)) throw error;
    return { weights: weightsShown(checkpoint, where), network: error.message };
  }
}

/** The tensors to show where no network is found; all, if none are in a place where a network's would be. */
function weightsShown(checkpoint: Checkpoint, where: OpenNetworkOptions): Weights {
  try {
    return largestWeights(checkpoint, where);
  } catch (error) {
    if (!(error instanceof SamoyedError) || error.code === "usage") throw error;
    return { tensors: checkpoint.tensors, unwrapped: [] };
  }
}

/** What the file is besides the network: an object of a class, one file of several, other values. */
function fileRows({ root, incomplete }: Checkpoint, facts: NetworkFacts | undefined): string[][] {
  const name = facts?.class ?? rootClass(root);
  return [
    ...(name === undefined ? [] : [["class", printableLine(`${name.slice(0, 200)} (its code is not run)`)]]),
    ...(incomplete === undefined ? [] : [["incomplete", printableLine(incomplete)]]),
  ];
}

function contentsTable({ contents, more }: ReturnType<typeof describeContents>, width: number): string {
  if (contents.length === 0) return "";
  const rows = contents.map(({ key, value }) => [`  ${printableLine(key)}`, value]);
  return `\n\ncontents\n${columns(rows, { width })}${more > 0 ? `\n  … ${more} more (--all)` : ""}`;
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
  /** Columns of the screen. */
  readonly width: number;
}

/** Describes what a checkpoint contains. No weight is read. */
export async function inspectCheckpoint(
  checkpoint: Checkpoint,
  { all, width, ...where }: InspectOptions,
): Promise<Result> {
  const { container, warnings } = checkpoint;
  const { weights, network } = await recognize(checkpoint, where);
  const { tensors, unwrapped } = weights;
  const facts = factsOf(checkpoint.root, [...tensors.keys()]);
  const described = describeContents(checkpoint.root, { all });
  const list = [...tensors.values()];
  const bytes = byteLengthOf(list);
  const rows = [
    ["container", container],
    ["tensors", `${list.length}, ${formatBytes(bytes)}`],
    ...(unwrapped.length > 0 ? [["unwrapped", unwrapped.join(", ")]] : []),
    ...fileRows(checkpoint, facts),
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
      class: facts?.class ?? rootClass(checkpoint.root) ?? null,
      ...(checkpoint.incomplete !== undefined && { incomplete: checkpoint.incomplete }),
      warnings,
      contents: described.contents,
      tensors: describeTensors(list),
    },
    text: `${columns(rows, { width })}\n\n${tensorTable(describeTensors(list), { all })}${contentsTable(described, width)}`,
  };
}
