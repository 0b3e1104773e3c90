import { preprocessText } from "@samoyed/convert";
import { type Contract, type ContractAssumption, formatShape, isOfTask } from "@samoyed/core";
import type { Assumption } from "@samoyed/models";
import { assumptionRows } from "../assumption-rows.ts";
import { columns, countsText, formatBytes } from "../columns.ts";
import { countStorage, type ModelDescription, openSizes, type PortDescription } from "@samoyed/graph";
import type { Result } from "../command.ts";
import { type Terminal, textWidth } from "../terminal.ts";
import { tensorTable } from "./tensor-table.ts";

const portText = ({ name, dtype, shape }: PortDescription): string => `${name} ${dtype} ${formatShape(shape)}`;

const openText = ([symbol, places]: readonly [string, readonly string[]]): string => `${symbol} (${places.join(", ")})`;

function contractRows(contract: Contract | undefined, terminal: Terminal): string[][] {
  if (!contract) return [["contract", "none: Samoyed did not write this file"]];
  const { preprocess, source } = contract;
  const labels = isOfTask(contract, "logits") ? contract.labels : undefined;
  return [
    ["model", contract.model],
    ["task", contract.task],
    ["preprocessing", preprocessText(preprocess)],
    ["labels", labels ? `${labels.length} names` : "none"],
    ...(contract.license ? [["license", contract.license]] : []),
    ...(source ? [["source", `${source.name}, sha256 ${source.sha256.slice(0, 16)}…`]] : []),
    ...(contract.standIn ? [["stand-in", contract.standIn]] : []),
    ["generator", contract.generator],
    ...assumptionRows((contract.assumptions ?? []).map(asAssumption), terminal),
  ];
}

/** The options that choose otherwise are of a conversion. */
function asAssumption(assumption: ContractAssumption): Assumption {
  return { ...assumption, alternatives: [] };
}

/** A model as text and as JSON. */
export function describeModel(
  { format, inputs, outputs, nodes, tensors, bytes, contract, values, unverified, notes = [], facts }: ModelDescription,
  { kind, all, terminal }: { readonly kind: string; readonly all: boolean; readonly terminal: Terminal },
): Result {
  const operators = new Map<string, number>();
  for (const { op } of nodes) operators.set(op, (operators.get(op) ?? 0) + 1);
  const counts = [...operators].sort((a, b) => b[1] - a[1]);
  const open = [...openSizes(inputs)];
  const stored = countsText(Object.entries(countStorage(tensors.map(({ dtype }) => dtype))));
  const rows = [
    ["format", format],
    ["inputs", inputs.map(portText).join(", ")],
    ["outputs", outputs.map(portText).join(", ")],
    ...(open.length > 0 ? [["open sizes", open.map(openText).join(", ")]] : []),
    ["operators", countsText(counts)],
    ["weights", `${tensors.length} tensors${stored && ` (${stored})`}, ${formatBytes(bytes)}`],
    ...(unverified === undefined ? [] : [["not verified", unverified]]),
    ...contractRows(contract, terminal),
    ...notes.map((note) => ["note", note]),
  ];
  const valueTable = columns(values.map(({ name, op }) => [`  ${name}`, op]));
  return {
    json: {
      kind,
      ...facts,
      inputs,
      outputs,
      openSizes: Object.fromEntries(open),
      operators: Object.fromEntries(counts),
      bytes,
      contract: contract ?? null,
      ...(notes.length > 0 && { notes }),
      tensors,
      values,
    },
    text: `${columns(rows, { width: textWidth(terminal) })}\n\n${tensorTable(tensors, { all })}${all ? `\n\nvalues, in the order of computation\n${valueTable}` : ""}`,
  };
}
