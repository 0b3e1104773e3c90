import { type Contract, formatShape, isOfTask } from "@samoyed/core";
import { columns, formatBytes } from "../columns.ts";
import type { Result } from "../command.ts";
import { type TensorFacts, tensorTable } from "./tensor-table.ts";

interface Port {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | string)[];
}

/** What is told of a model, whatever its format. */
export interface ModelDescription {
  readonly kind: "onnx" | "tfjs" | "smyd";
  /** The format in words. */
  readonly format: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly { readonly op: string }[];
  readonly tensors: readonly TensorFacts[];
  /** Bytes of all weights. */
  readonly bytes: number;
  readonly contract: Contract | undefined;
  /** What `samoyed run --taps` may name, in the order of computation. */
  readonly values: readonly { readonly name: string; readonly op: string }[];
  /** What of the file was not looked at. */
  readonly unverified?: string;
  /** What this format has besides. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

const portText = ({ name, dtype, shape }: Port): string => `${name} ${dtype} ${formatShape(shape)}`;

function contractRows(contract: Contract | undefined): string[][] {
  if (!contract) return [["contract", "none: Samoyed did not write this file"]];
  const { preprocess, source } = contract;
  const labels = isOfTask(contract, "logits") ? contract.labels : undefined;
  const settings = [
    preprocess.inputSize.join("×"),
    preprocess.interpolation,
    `crop ${preprocess.cropPct} ${preprocess.cropMode}`,
    `mean ${preprocess.mean.join(" ")}`,
    `std ${preprocess.std.join(" ")}`,
  ];
  return [
    ["model", contract.model],
    ["task", contract.task],
    ["preprocessing", settings.join(", ")],
    ["labels", labels ? `${labels.length} names` : "none"],
    ...(contract.license ? [["licence", contract.license]] : []),
    ...(source ? [["source", `${source.name}, sha256 ${source.sha256.slice(0, 16)}…`]] : []),
    ...(contract.standIn ? [["stand-in", contract.standIn]] : []),
    ["generator", contract.generator],
  ];
}

/** A model as text and as JSON. */
export function describeModel(
  { kind, format, inputs, outputs, nodes, tensors, bytes, contract, values, unverified, facts }: ModelDescription,
  { all }: { readonly all: boolean },
): Result {
  const operators = new Map<string, number>();
  for (const { op } of nodes) operators.set(op, (operators.get(op) ?? 0) + 1);
  const counts = [...operators].sort((a, b) => b[1] - a[1]);
  const rows = [
    ["format", format],
    ["inputs", inputs.map(portText).join(", ")],
    ["outputs", outputs.map(portText).join(", ")],
    ["operators", counts.map(([op, count]) => `${op} ${count}`).join(", ")],
    ["weights", `${tensors.length} tensors, ${formatBytes(bytes)}`],
    ...(unverified === undefined ? [] : [["not verified", unverified]]),
    ...contractRows(contract),
  ];
  const valueTable = columns(values.map(({ name, op }) => [`  ${name}`, op]));
  return {
    json: {
      kind,
      ...facts,
      inputs,
      outputs,
      operators: Object.fromEntries(counts),
      bytes,
      contract: contract ?? null,
      tensors,
      values,
    },
    text: `${columns(rows)}\n\n${tensorTable(tensors, { all })}${all ? `\n\nvalues, in the order of computation\n${valueTable}` : ""}`,
  };
}
