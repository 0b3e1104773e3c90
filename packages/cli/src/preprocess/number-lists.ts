import { UsageError } from "@samoyed/core";
import type { Values } from "../command.ts";
import { text } from "../values.ts";

/** What an option's numbers may be. */
export interface NumberRule {
  /** How many there may be. */
  readonly counts: readonly number[];
  /** 0 when absent. */
  readonly least?: number;
  /** No bound when absent. */
  readonly most?: number;
  readonly whole?: boolean;
}

/**
 * Numbers separated by commas.
 *
 * @throws UsageError when they are not what the rule says, naming the option.
 */
export function numbersIn(given: string, option: string, rule: NumberRule): number[] {
  const { counts, least = 0, most = Infinity, whole = false } = rule;
  const parsed = given.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const fits = (value: number): boolean =>
    Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isSafeInteger(value));
  if (counts.includes(parsed.length) && parsed.every(fits)) return parsed;
  throw new UsageError(`--${option} got ${JSON.stringify(given)}; expected ${inWords(rule)}`);
}

function inWords({ counts, least = 0, most = Infinity, whole = false }: NumberRule): string {
  const last = counts.at(-1)!;
  const noun = `${whole ? "whole " : ""}number${last === 1 ? "" : "s separated by commas"}`;
  const range = most === Infinity ? (least === -Infinity ? "" : ` of ${least} or more`) : ` of ${least} to ${most}`;
  return `${counts.join(" or ")} ${noun}${range}`;
}

/** The numbers of an option, or undefined where it was not given. */
export function numbers(values: Values, option: string, rule: NumberRule): number[] | undefined {
  const given = text(values, option);
  return given === undefined ? undefined : numbersIn(given, option, rule);
}
