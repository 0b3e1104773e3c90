import type { JsonSchema } from "@samoyed/core";
import { readTable } from "./read-table.ts";

/** The size of a network and its work for one image. */
export interface ModelCost {
  /** Trained parameters. */
  readonly parameters: number;
  /** Those of convolutions and matrix products; absent where the graph could not be counted. */
  readonly multiplyAdds?: number;
}

/** Finds the cost of an architecture with an input size and a number of classes; `undefined` where it is not known. */
export type CostOf = (
  architectureName: string,
  inputSize: readonly number[],
  numClasses: number,
) => ModelCost | undefined;

/** The table in `@samoyed/architectures`, as `tools/model-costs.mjs` writes it. */
const FILE = "costs.json.deflate";

type Row = readonly [
  architecture: string,
  inputSize: readonly number[],
  numClasses: number,
  parameters: number,
  /** 0 where it is not known. */
  multiplyAdds: number,
];

const SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    version: { type: "integer" },
    networks: { type: "array", items: { type: "array", minItems: 5, maxItems: 5 } },
  },
  required: ["version", "networks"],
};

const keyOf = (architecture: string, inputSize: readonly number[], numClasses: number): string =>
  `${architecture} ${inputSize.join("x")} ${numClasses}`;

/**
 * Reads what every network costs.
 *
 * @throws what `readTable` throws.
 */
export async function readCosts(): Promise<CostOf> {
  const table = await readTable(FILE, SCHEMA);
  const rows = (table as { readonly networks: readonly Row[] }).networks.map(
    ([architecture, inputSize, numClasses, parameters, multiplyAdds]): [string, ModelCost] => [
      keyOf(architecture, inputSize, numClasses),
      { parameters, ...(multiplyAdds > 0 && { multiplyAdds }) },
    ],
  );
  const costs = new Map(rows);
  return (...key) => costs.get(keyOf(...key));
}
