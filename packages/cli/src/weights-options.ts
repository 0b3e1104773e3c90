import type { WeightsOptions } from "@samoyed/convert";
import type { Option, Values } from "./command.ts";
import { list, text } from "./values.ts";

/** The options that say where the weights are in a checkpoint, for the commands that take them. */
export const WEIGHTS_OPTIONS: Readonly<Record<string, Option>> = {
  key: {
    type: "string",
    value: "A.B",
    description: "the dictionary of the weights, by its keys (default: the one that fits a known network)",
  },
  prefix: {
    type: "string",
    value: "P",
    description: "what to remove from the weights' names; those without it are left out (default: what makes them fit)",
  },
  ignore: {
    type: "string",
    multiple: true,
    value: "GLOB,…",
    description: "weights to leave out, by name",
  },
};

/** Where the weights are, from the options that were given. */
export function weightsOptions(values: Values): WeightsOptions {
  const [key, prefix, ignore] = [text(values, "key"), text(values, "prefix"), list(values, "ignore")];
  return {
    ...(key !== undefined && { key }),
    ...(prefix !== undefined && { prefix }),
    ...(ignore.length > 0 && { ignore }),
  };
}
