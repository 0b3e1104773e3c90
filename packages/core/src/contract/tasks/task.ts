import type { JsonSchema } from "../../json/json-schema.ts";

/** A task as contracts know it: its name, and the keys that it adds to those of every contract. */
export interface ContractTask<Name extends string = string> {
  /** The value of the contract's `task`: the output that the network gives. */
  readonly name: Name;
  /** For people: `classification`. */
  readonly title: string;
  /** The keys that only contracts of this task have, all optional; written after `preprocess`, in this order. */
  readonly properties: Readonly<Record<string, JsonSchema>>;
}
