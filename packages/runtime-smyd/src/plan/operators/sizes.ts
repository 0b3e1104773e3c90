import { CONSTANTS } from "@samoyed/ir";
import type { Operator } from "../operator.ts";
import { ofSizes } from "../sizes-operator.ts";

/** Operators whose results follow from sizes. */
export const SIZES: Readonly<Record<string, Operator>> = {
  Range: ofSizes(CONSTANTS["Range"]!),
  Size: ofSizes(CONSTANTS["Size"]!),
};
