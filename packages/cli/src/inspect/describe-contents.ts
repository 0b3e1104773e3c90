import { type CheckpointValue, type InertRecord, isInertRecord, isLazyTensor, isMap } from "@samoyed/checkpoint";
import { describeValue } from "./describe-value.ts";

/** Entries that are listed, and that are listed with `--all`. */
export const CONTENTS_SHOWN = 24;
const CONTENTS_AT_MOST = 1000;

/** Something at a checkpoint's top level that is not a tensor. */
export interface Content {
  readonly key: string;
  readonly value: string;
}

/** The class of a checkpoint that is an object itself. */
export function rootClass(root: CheckpointValue): string | undefined {
  return isInertRecord(root) ? root.global : undefined;
}

/**
 * Describes what a checkpoint holds besides tensors at its top level: the entries of its dictionary, or the attributes of
 * the object that it is. Nothing is made of them; the text is bounded, whatever the file holds.
 */
export function describeContents(
  root: CheckpointValue,
  { all }: { readonly all: boolean },
): { readonly contents: readonly Content[]; readonly more: number } {
  const limit = all ? CONTENTS_AT_MOST : CONTENTS_SHOWN;
  const contents: Content[] = [];
  let more = 0;
  for (const [key, value] of entriesOf(root)) {
    if (isLazyTensor(value)) continue;
    if (contents.length === limit) more++;
    else
      contents.push({
        key: typeof key === "string" ? key.slice(0, 80) : describeValue(key),
        value: describeValue(value),
      });
  }
  return { contents, more };
}

function entriesOf(root: CheckpointValue): Iterable<readonly [CheckpointValue, CheckpointValue]> {
  if (isMap(root)) return root;
  if (isInertRecord(root)) return objectEntries(root);
  return Array.isArray(root) ? (root as readonly CheckpointValue[]).entries() : [];
}

function* objectEntries(record: InertRecord): Generator<readonly [CheckpointValue, CheckpointValue]> {
  const { args, keywords, items, entries, state } = record;
  for (const [index, value] of args.entries()) yield [`argument ${index + 1}`, value];
  for (const map of [keywords, entries]) if (map !== undefined) yield* map;
  if (items !== undefined) yield ["items", items];
  if (state === undefined) return;
  if (isMap(state)) yield* state;
  else yield ["state", state];
}
