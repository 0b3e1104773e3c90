import { type CheckpointValue, isInertRecord, isMap } from "@samoyed/checkpoint";
import { MAX_LABELS } from "@samoyed/core";
import type { Settings } from "./recorded-preprocess.ts";

/** The names of classes in a checkpoint. */
export interface RecordedLabels {
  /** Where the file has them: `class_names`. */
  readonly where: string;
  readonly names: readonly string[];
}

/** The keys under which people save them. */
const KEYS = [
  "class_names",
  "classes",
  "CLASSES",
  "class_to_idx",
  "idx_to_class",
  "id2label",
  "label2id",
  "label_names",
  "labels",
  "label_map",
  "categories",
] as const;

/** Entries as `[number, name]`, whichever of the two is the key. */
function numbered(entries: Iterable<readonly [unknown, unknown]>): readonly (readonly [number, string])[] | undefined {
  const found: (readonly [number, string])[] = [];
  for (const [key, value] of entries) {
    if (typeof value === "number" && typeof key === "string") found.push([value, key]);
    else if (typeof value === "string" && Number.isInteger(Number(key)) && String(key) !== "") {
      found.push([Number(key), value]);
    } else return undefined;
  }
  return found;
}

/** Names by the numbers of their classes, which must be all from 0 on; else `undefined`. */
export function namesByNumber(entries: Iterable<readonly [unknown, unknown]>): readonly string[] | undefined {
  const found = numbered(entries);
  if (found === undefined || found.length === 0 || found.length > MAX_LABELS) return undefined;
  const names = new Map(found);
  const inOrder = found.map((_, index) => names.get(index));
  return inOrder.every((name) => name !== undefined) ? inOrder : undefined;
}

function namesOf(value: CheckpointValue | undefined): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const isNames = value.length > 0 && value.every((name: CheckpointValue) => typeof name === "string" && name !== "");
    return isNames && value.length <= MAX_LABELS ? (value as readonly string[]) : undefined;
  }
  return value !== undefined && isMap(value) ? namesByNumber(value) : undefined;
}

/** The first names of classes in a checkpoint's settings. What is found is added to `fields`. */
export function recordedLabels(
  places: readonly (readonly [place: string, settings: Settings])[],
  fields: Map<string, string>,
): RecordedLabels | undefined {
  const inside = places.flatMap(([place, settings]) => {
    const meta = settings.get("dataset_meta") ?? null;
    const held = isInertRecord(meta) ? (meta.state ?? null) : meta;
    return isMap(held) ? [[`${place}.dataset_meta`, held] as const] : [];
  });
  for (const [place, settings] of [...places, ...inside]) {
    for (const key of KEYS) {
      const names = namesOf(settings.get(key));
      if (names === undefined) continue;
      const where = place === "" ? key : `${place}.${key}`;
      fields.set(where, `${names.length} names`);
      return { where, names };
    }
  }
  return undefined;
}
