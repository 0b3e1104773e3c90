import { nearest, UsageError } from "@samoyed/core";
import { architectureNames, type ModelInfo } from "@samoyed/models";
import type { Option, Values } from "../command.ts";
import { isPublished } from "../is-published.ts";
import { flag, list, text } from "../values.ts";

/** Options that choose among models. One without the number that is asked about is left out. */
export const FILTER_OPTIONS: Readonly<Record<string, Option>> = {
  license: { type: "string", multiple: true, value: "NAME,…", description: "only these licenses, such as apache-2.0" },
  "max-params": { type: "string", value: "N", description: "at most so many parameters, such as 30M" },
  "max-macs": { type: "string", value: "N", description: "at most so many multiply-adds for one image, such as 5G" },
  "max-size": { type: "string", value: "PIXELS", description: "at most this input size" },
  "min-top1": { type: "string", value: "PERCENT", description: "at least this accuracy, where timm publishes it" },
  published: { type: "boolean", description: "only those with published weights" },
  convertible: { type: "boolean", description: "only those whose architecture Samoyed knows" },
};

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

/** A positive number, with a unit if it has one: `30M`. */
function amount(values: Values, name: string): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kmg]?)$/iu.exec(given.trim()) ?? [];
  const number = Number(digits) * (UNITS[unit?.toLowerCase() ?? ""] ?? Number.NaN);
  if (digits !== undefined && number > 0) return number;
  throw new UsageError(`--${name} got ${JSON.stringify(given)}; expected a number above 0, such as 30M or 4.5G`);
}

/** The licenses that were asked for, all of which some model has. */
function licensesOf(values: Values, models: readonly ModelInfo[]): ReadonlySet<string> | undefined {
  if (values["license"] === undefined) return undefined;
  const known = [...new Set(models.map(({ license }) => license))].sort();
  const wanted = list(values, "license").map((name) => name.toLowerCase());
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new UsageError(`no model has the license ${JSON.stringify(name)}`, {
      hint: near === undefined ? `The licenses are ${known.join(", ")}.` : `Did you mean ${near}?`,
    });
  }
  return new Set(wanted);
}

/**
 * The test that the options describe.
 *
 * @param models - All of timm's, whose licenses are known.
 * @throws UsageError for a number that is none, or a license that no model has.
 */
export async function modelFilter(
  values: Values,
  models: readonly ModelInfo[],
): Promise<(model: ModelInfo) => boolean> {
  const licenses = licensesOf(values, models);
  const [parameters, macs, size, top1] = ["max-params", "max-macs", "max-size", "min-top1"].map((name) =>
    amount(values, name),
  );
  const convertible = flag(values, "convertible") ? await architectureNames() : undefined;
  return (model) =>
    (licenses === undefined || (licenses.has(model.license) && isPublished(model))) &&
    (parameters === undefined || (model.parameters ?? Infinity) <= parameters) &&
    (macs === undefined || (model.multiplyAdds ?? Infinity) <= macs) &&
    (size === undefined || Math.max(...model.preprocess.inputSize.slice(1)) <= size) &&
    (top1 === undefined || (model.accuracy?.top1 ?? 0) >= top1) &&
    (!flag(values, "published") || isPublished(model)) &&
    (convertible === undefined || convertible.has(model.architectureName));
}
