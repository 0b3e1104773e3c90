import { type CheckpointValue, type InertRecord, isInertRecord, isLazyTensor, isMap } from "@samoyed/checkpoint";
import { formatShape } from "@samoyed/core";
import { printableLine } from "../printable.ts";

/** Longest description of one value; a file may hold texts and lists of any length. */
const MAX_TEXT = 160;
/** Entries of a dictionary, list or object that are described, and levels of them. */
const MAX_ITEMS = 8;
const MAX_LEVELS = 3;

/** Describes a value of a checkpoint on one line of at most 160 characters. */
export function describeValue(value: CheckpointValue): string {
  return shorten(printableLine(text(value, MAX_LEVELS)), MAX_TEXT);
}

function text(value: CheckpointValue, levels: number): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return JSON.stringify(shorten(value, MAX_TEXT));
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (isLazyTensor(value)) return `tensor ${value.stored ?? value.dtype} ${formatShape(value.shape)}`;
  if (isMap(value)) return dictionaryText(value, levels);
  if (isInertRecord(value)) return objectText(value, levels);
  const isList = Array.isArray(value);
  const items = isList ? (value as readonly CheckpointValue[]) : [...firstOf(value as Iterable<CheckpointValue>)];
  const size = isList ? items.length : (value as ReadonlySet<CheckpointValue>).size;
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (levels === 0) return size === 0 ? open + close : `${open}${size} values${close}`;
  return `${open}${listed(
    items.slice(0, MAX_ITEMS).map((item) => text(item, levels - 1)),
    size,
  )}${close}`;
}

function dictionaryText(map: ReadonlyMap<CheckpointValue, CheckpointValue>, levels: number): string {
  let tensors = 0;
  for (const item of map.values()) if (isLazyTensor(item)) tensors++;
  if (tensors > MAX_ITEMS || (tensors > 0 && tensors === map.size)) {
    const others = map.size - tensors;
    return `${tensors === 1 ? "1 tensor" : `${tensors} tensors`}${others === 0 ? "" : `, ${others} other values`}`;
  }
  return levels === 0 ? `{${map.size} entries}` : `{${entriesText(map, levels)}}`;
}

/** An object as its class and what it has, as a call would make it; nothing was called. */
function objectText({ global, args, keywords, items, entries, state }: InertRecord, levels: number): string {
  const name = shorten(global, MAX_TEXT / 2);
  const attributes = state !== undefined && isMap(state) ? state : undefined;
  if (levels === 0) return `${name}(…)`;
  const parts = [
    ...args.slice(0, MAX_ITEMS).map((item) => text(item, levels - 1)),
    ...(args.length > MAX_ITEMS ? [`… ${args.length - MAX_ITEMS} more`] : []),
    ...[keywords, entries, attributes].flatMap((map) => (map && map.size > 0 ? [entriesText(map, levels)] : [])),
    ...(items && items.length > 0 ? [text(items, levels)] : []),
    ...(state !== undefined && state !== null && attributes === undefined ? [`state ${text(state, levels - 1)}`] : []),
  ];
  return parts.length === 0 ? name : `${name}(${parts.join(", ")})`;
}

function entriesText(map: ReadonlyMap<CheckpointValue, CheckpointValue>, levels: number): string {
  const shown = [...firstOf(map)].map(([key, item]) => `${keyText(key)}=${text(item, levels - 1)}`);
  return listed(shown, map.size);
}

function listed(shown: readonly string[], size: number): string {
  return [...shown, ...(size > shown.length ? [`… ${size - shown.length} more`] : [])].join(", ");
}

function keyText(key: CheckpointValue): string {
  return typeof key === "string" ? shorten(key, MAX_TEXT / 4) : text(key, 0);
}

function* firstOf<T>(values: Iterable<T>): Generator<T> {
  let count = 0;
  for (const value of values) {
    if (count++ === MAX_ITEMS) return;
    yield value;
  }
}

function shorten(value: string, limit: number): string {
  return value.length > limit ? `${value.slice(0, limit - 1)}…` : value;
}
