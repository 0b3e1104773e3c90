import { readFileSync } from "node:fs";
import { bytesPerElement, bytesToTensor, type DType, elementCount, type Tensor } from "@samoyed/core";
import { type Attribute, OPERATOR_RULES } from "@samoyed/ir";
import type { NodeCase } from "./helpers.ts";

interface Stored {
  readonly dtype: DType;
  readonly shape: number[];
  readonly offset: number;
}

interface Recorded {
  readonly name: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, number | string | number[]>>;
  readonly constants: readonly number[];
  readonly inputs: readonly (Stored | null)[];
  readonly outputs: readonly Stored[];
}

/** A node and what PyTorch gives for it; `tools/oracle/fixtures_graph.py` wrote it. */
export interface RecordedCase extends NodeCase {
  readonly name: string;
  readonly expected: readonly Tensor[];
}

const folder = new URL("../fixtures/", import.meta.url);
const bytes = new Uint8Array(readFileSync(new URL("operators.bin", folder)));

function load({ dtype, shape, offset }: Stored): Tensor {
  const length = elementCount(shape) * bytesPerElement(dtype);
  return bytesToTensor(bytes.slice(offset, offset + length), dtype, shape);
}

/** JSON does not tell 1 from 1.0; the operator's table does. */
function attribute(op: string, name: string, value: number | string | number[]): Attribute {
  const type = OPERATOR_RULES.get(op)!.attributes![name]!;
  return { type, value: type === "float" ? Math.fround(value as number) : value } as Attribute;
}

/** All recorded cases. */
export function recordedCases(): RecordedCase[] {
  const { cases } = JSON.parse(readFileSync(new URL("operators.json", folder), "utf8")) as { cases: Recorded[] };
  return cases.map((item) => ({
    name: item.name,
    op: item.op,
    opset: item.opset,
    attributes: Object.fromEntries(
      Object.entries(item.attributes).map(([name, value]) => [name, attribute(item.op, name, value)]),
    ),
    inputs: item.inputs.map((stored) => stored && load(stored)),
    constants: item.constants,
    outputs: item.outputs.length,
    expected: item.outputs.map(load),
  }));
}
