import { FormatError } from "@samoyed/core";
import { inOrder, type NumberedName } from "./numbered-names.ts";

/** The keys of documents that have the names among other things. */
const KEYS = ["id2label", "label_names", "class_names", "classes", "class_to_idx", "idx_to_class", "names"] as const;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A name may begin with a bracket.
    return undefined;
  }
}

/** A name, or the last of several of one class: ImageNet's index has `["n01440764", "tench"]`. */
function nameOf(value: unknown): string | undefined {
  const name: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof name === "string" && name.trim() !== "" ? name : undefined;
}

function ofList(values: readonly unknown[]): readonly string[] | undefined {
  const names = values.map(nameOf);
  return names.length > 0 && names.every((name) => name !== undefined) ? names : undefined;
}

/** A number and a name, whichever of the two is the key. */
function ofEntry([key, value]: readonly [string, unknown]): NumberedName | undefined {
  if (typeof value === "number") return { number: value, name: key };
  const name = nameOf(value);
  return name !== undefined && /^\d+$/.test(key) ? { number: Number(key), name } : undefined;
}

function ofEntries(entries: readonly (readonly [string, unknown])[]): readonly string[] | undefined {
  const rows = entries.map(ofEntry);
  return rows.every((row) => row !== undefined) ? inOrder(rows)?.names : undefined;
}

/**
 * Reads the names of classes from JSON: a list of names; an object from numbers to names or from names to numbers; or a
 * document with one of them under `id2label`, `label_names`, `class_to_idx` or the like. `undefined` if it is not JSON.
 *
 * @throws FormatError for other JSON.
 */
export function labelsFromJson(text: string, path: string): readonly string[] | undefined {
  const value = parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const names = ofList(value as readonly unknown[]);
    if (names !== undefined) return names;
  } else {
    const document = value as Readonly<Record<string, unknown>>;
    const key = KEYS.find((name) => typeof document[name] === "object" && document[name] !== null);
    const inside = key === undefined ? document : (document[key] as object);
    const names = Array.isArray(inside) ? ofList(inside as readonly unknown[]) : ofEntries(Object.entries(inside));
    if (names !== undefined) return names;
  }
  throw new FormatError(`${path} has no class names: expected a list of names, or an object of numbers and names`, {
    hint: "Give one name per class, in class order; class numbers begin with 0, and none is left out.",
  });
}
