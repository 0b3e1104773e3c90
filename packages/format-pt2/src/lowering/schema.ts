/** A default of an argument, as PyTorch's schema has it. */
export type DefaultValue = null | boolean | number | string | readonly number[];

/** The arguments of an operator's overload. */
export interface Schema {
  /** Names of the arguments without a default, in order. */
  readonly required: readonly string[];
  readonly defaults: Readonly<Record<string, DefaultValue>>;
}
