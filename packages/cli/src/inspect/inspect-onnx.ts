import { type Contract, formatShape } from "@samoyed/core";
import type { readOnnx } from "@samoyed/format-onnx";
import { columns, formatBytes } from "../columns.ts";
import type { Result } from "../command.ts";
import { byteLengthOf, tensorFacts, tensorTable } from "./tensor-table.ts";

type OnnxModel = Awaited<ReturnType<typeof readOnnx>>;
type Port = OnnxModel["graph"]["inputs"][number];

const portText = ({ name, dtype, shape }: Port): string => `${name} ${dtype} ${formatShape(shape)}`;

function contractRows(contract: Contract | undefined): string[][] {
  if (!contract) return [["contract", "none: Samoyed did not write this file"]];
  const { preprocess, labels, source } = contract;
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

/** What an ONNX model holds. No weight is read. */
export function inspectOnnx({ graph, contract }: OnnxModel, { all }: { readonly all: boolean }): Result {
  const tensors = [...graph.initializers.values()];
  const values = graph.nodes.flatMap(({ op, outputs }) => outputs.map((name) => ({ name, op })));
  const operators = new Map<string, number>();
  for (const { op } of graph.nodes) operators.set(op, (operators.get(op) ?? 0) + 1);
  const counts = [...operators].sort((a, b) => b[1] - a[1]);
  const bytes = byteLengthOf(tensors);
  const rows = [
    ["format", `ONNX, opset ${graph.opset}`],
    ["inputs", graph.inputs.map(portText).join(", ")],
    ["outputs", graph.outputs.map(portText).join(", ")],
    ["operators", counts.map(([op, count]) => `${op} ${count}`).join(", ")],
    ["weights", `${tensors.length} tensors, ${formatBytes(bytes)}`],
    ...contractRows(contract),
  ];
  // What `samoyed run --taps` may name.
  const valueTable = columns(values.map(({ name, op }) => [`  ${name}`, op]));
  return {
    json: {
      kind: "onnx",
      opset: graph.opset,
      inputs: graph.inputs,
      outputs: graph.outputs,
      operators: Object.fromEntries(counts),
      bytes,
      contract: contract ?? null,
      tensors: tensorFacts(tensors),
      values,
    },
    text: `${columns(rows)}\n\n${tensorTable(tensors, { all })}${all ? `\n\nvalues, in the order of computation\n${valueTable}` : ""}`,
  };
}
