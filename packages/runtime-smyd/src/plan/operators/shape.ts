import { shapeRule } from "@samoyed/ir";
import type { Operator } from "../operator.ts";
import { ofSizes } from "../sizes-operator.ts";

/** The shape of a value. */
export const SHAPE: Readonly<Record<string, Operator>> = { Shape: ofSizes(shapeRule) };
