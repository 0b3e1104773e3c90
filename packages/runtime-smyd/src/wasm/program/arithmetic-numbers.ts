import { MAP_ADD, MAP_DIV, MAP_MAX, MAP_MIN, MAP_MUL, MAP_SUB } from "./fields.ts";

/** The number of each function of elements that all kernels have. */
export const ARITHMETIC_NUMBERS: Readonly<Record<"add" | "sub" | "mul" | "div" | "min" | "max", number>> = {
  add: MAP_ADD,
  sub: MAP_SUB,
  mul: MAP_MUL,
  div: MAP_DIV,
  min: MAP_MIN,
  max: MAP_MAX,
};
