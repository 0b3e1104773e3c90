import { FormatError } from "@samoyed/core";
import { describeValue, PyFloat, type PyValue, type Where } from "./values.ts";

/** The list that APPEND and APPENDS add to. */
export function listOf(value: PyValue, where: Where): PyValue[] {
  if (!Array.isArray(value)) {
    throw new FormatError(`${where()} on ${describeValue(value)}; expected a list`);
  }
  return value;
}

/** Adds keys and values, one after the other, to a dictionary. */
export function setItems(target: PyValue, items: readonly PyValue[], where: Where): void {
  if (!(target instanceof Map)) {
    throw new FormatError(`${where()} on ${describeValue(target)}; expected a dictionary`);
  }
  if (items.length % 2 !== 0) {
    throw new FormatError(`${where()}: ${items.length} keys and values; expected pairs`);
  }
  for (let index = 0; index < items.length; index += 2) {
    target.set(hashable(items[index]!, where), items[index + 1]!);
  }
}

/** A value as a key: floats by value, like the integers that are equal to them in Python. */
export function hashable(value: PyValue, where: Where): PyValue {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    throw new FormatError(`${where()}: ${describeValue(value)} as a key, which Python does not allow`);
  }
  return value instanceof PyFloat ? value.value : value;
}
