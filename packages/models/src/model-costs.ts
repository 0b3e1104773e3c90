import { type JsonSchema, sameShape } from "@samoyed/core";
import { readTable } from "./read-table.ts";

/** The size of a network and its work for one image. */
export interface ModelCost {
  /** Trained parameters. */
  readonly parameters: number;
  /** Those of convolutions and matrix products. */
  readonly multiplyAdds: number;
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

/**
 * Reads what every network costs.
 *
 * @throws what `readTable` throws.
 */
export async function readCosts(): Promise<CostOf> {
  const table = await readTable(FILE, SCHEMA);
  const rows = new Map<string, Row[]>();
  for (const row of (table as { readonly networks: readonly Row[] }).networks) {
    const known = rows.get(row[0]);
    if (known === undefined) rows.set(row[0], [row]);
    else known.push(row);
  }
  return (architecture, inputSize, numClasses) => {
    const found = rows
      .get(architecture)
      ?.find(([, size, classes]) => classes === numClasses && sameShape(size, inputSize));
    return found && { parameters: found[3], multiplyAdds: found[4] };
  };
}
