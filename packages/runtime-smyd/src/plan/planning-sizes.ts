import type { SmydFile } from "@samoyed/smyd-file";
import { batchSymbol, expectedSizes, sizesOf } from "../input-sizes.ts";
import type { InputSizes } from "./sizes.ts";

/** The sizes for which a graph is planned before anyone runs it. */
export interface PlanningSizes {
  readonly sizes: InputSizes;
  /** The symbol that counts images, of which one is planned. */
  readonly batch: string | undefined;
  /** Whether runs have these sizes: the graph fixes them, or the contract does. */
  readonly exact: boolean;
}

/** Height and width of an image where neither the graph nor the contract says them. */
const OPEN_PIXELS = 224;

/** One image; of the size that the graph or the contract says, else of 224 × 224 pixels. */
export function planningSizes(file: Pick<SmydFile, "graph" | "contract">): PlanningSizes {
  const batch = batchSymbol(file.graph);
  const expected = expectedSizes(file, batch);
  if (expected !== undefined) return { sizes: expected, batch, exact: true };
  const open = sizesOf(file.graph.inputs, batch, ({ shape }) =>
    shape.map((dim, axis) => (typeof dim === "number" ? dim : axis < 2 ? 1 : OPEN_PIXELS)),
  );
  return { sizes: open, batch, exact: false };
}
