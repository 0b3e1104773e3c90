import type { ModelOptions } from "@samoyed/convert";
import { UsageError } from "@samoyed/core";
import type { Option, Values } from "./command.ts";
import { flag, list } from "./values.ts";

/** The options about what the tensors of a checkpoint do not show. */
export const ASSUMPTION_OPTIONS: Readonly<Record<string, Option>> = {
  assume: {
    type: "string",
    multiple: true,
    value: "NAME=VALUE,…",
    description: "settings of the network that its weights do not show, such as activation=silu (convert lists them)",
  },
  strict: { type: "boolean", description: "refuse what nothing says, in place of assuming it" },
};

/**
 * What the caller says in place of assumptions.
 *
 * @throws UsageError for a setting without a value, or twice.
 */
export function assumptionOptions(values: Values): Pick<ModelOptions, "assume" | "strict"> {
  const assume = new Map<string, string>();
  for (const item of list(values, "assume")) {
    const [setting = "", ...rest] = item.split("=");
    const value = rest.join("=");
    if (setting === "" || value === "" || assume.has(setting)) {
      throw new UsageError(`--assume got ${JSON.stringify(item)}; expected NAME=VALUE, each name once`);
    }
    assume.set(setting, value);
  }
  return { ...(assume.size > 0 && { assume }), ...(flag(values, "strict") && { strict: true }) };
}
