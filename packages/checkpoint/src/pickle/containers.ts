import { FormatError } from "@samoyed/core";
import { describeValue, PyFloat, PyRecord, type PyValue, type Where } from "./values.ts";

/** The list that APPEND and APPENDS add to: a list, or the items of a described object. */
export function listOf(value: PyValue, where: Where): PyValue[] {
  if (value instanceof PyRecord) return (value.items ??= []);
  if (!Array.isArray(value)) {
    throw new FormatError(`${where()} on ${describeValue(value)}; expected a list`);
  }
  return value;
}

/** Adds keys and values, one after the other, to a dictionary or to the entries of a described object. */
export function setItems(container: PyValue, items: readonly PyValue[], where: Where): void {
  const target = container instanceof PyRecord ? (container.entries ??= new Map<PyValue, PyValue>()) : container;
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

/** Adds elements to a set, or to the items of a described object. */
export function addItems(target: PyValue, items: readonly PyValue[], where: Where): void {
  if (target instanceof PyRecord) {
    const list = listOf(target, where);
    for (const item of items) list.push(item);
    return;
  }
  if (!(target instanceof Set)) {
    throw new FormatError(`${where()} on ${describeValue(target)}; expected a set`);
  }
  for (const item of items) {
    target.add(hashable(item, where));
  }
}

/** A value as a key: floats by value, like the integers that are equal to them in Python. */
export function hashable(value: PyValue, where: Where): PyValue {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    throw new FormatError(`${where()}: ${describeValue(value)} as a key, which Python does not allow`);
  }
  return value instanceof PyFloat ? value.value : value;
}
