import type { JsonSchema } from "../../json/json-schema.ts";

/** A task in a contract: its name, and the keys that it adds to those of every contract. */
export interface ContractTask<Name extends string = string> {
  /** The value of the contract's `task`: the kind of output. */
  readonly name: Name;
  /** Display name, such as `classification`. */
  readonly title: string;
  /** The keys that only contracts of this task have, all optional; written after `preprocess`, in this order. */
  readonly properties: Readonly<Record<string, JsonSchema>>;
}
