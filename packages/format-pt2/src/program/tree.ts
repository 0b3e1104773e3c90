import { describeJson, JsonNumber, type JsonValue, parseStrictJson } from "@samoyed/core";
import { asArray, asObject, asString } from "./fields.ts";

/** A nested structure as PyTorch's pytrees describe it, with the user's keys. */
interface Tree {
  readonly type: string | undefined;
  readonly context: string;
  readonly children: readonly Tree[];
}

const DICTIONARIES: ReadonlySet<string> = new Set([
  "builtins.dict",
  "collections.OrderedDict",
  "collections.defaultdict",
]);

function readTree(value: JsonValue | undefined, where: string): Tree {
  const tree = asObject(value, where);
  const type = tree.get("type");
  const context = tree.get("context");
  return {
    type: typeof type === "string" ? type : undefined,
    context: typeof context === "string" ? context : "null",
    children: asArray(tree.get("children_spec"), where).map((child) => readTree(child, where)),
  };
}

/** A dictionary's keys, or `undefined` where children have numbers. */
function keysOf(tree: Tree, where: string): readonly string[] | undefined {
  if (tree.type === undefined || !DICTIONARIES.has(tree.type)) return undefined;
  const context = parseStrictJson(tree.context, where);
  // A defaultdict's context has its factory before the keys.
  const nested = Array.isArray(context) ? context.find((item) => Array.isArray(item)) : undefined;
  const keys = tree.type === "collections.defaultdict" ? nested : context;
  if (!Array.isArray(keys) || keys.length !== tree.children.length) return undefined;
  return keys.map((key) => (key instanceof JsonNumber ? key.text : typeof key === "string" ? key : describeJson(key)));
}

/** The paths of a tree's leaves: keys and positions, joined with dots. */
function paths(tree: Tree, path: readonly string[], where: string): readonly string[] {
  if (tree.type === undefined) return [path.join(".")];
  const keys = keysOf(tree, where);
  return tree.children.flatMap((child, index) => paths(child, [...path, keys?.[index] ?? String(index)], where));
}

function parse(text: JsonValue | undefined, where: string): Tree {
  const [, tree] = asArray(parseStrictJson(asString(text, where), where), where);
  return readTree(tree, where);
}

/**
 * The names of a module's results: keys of dictionaries, positions in tuples, joined with dots; `undefined` for a
 * single result, which has no name.
 *
 * @throws FormatError when the structure is malformed.
 */
export function outputPaths(text: JsonValue | undefined, where: string): readonly string[] | undefined {
  const tree = parse(text, where);
  return tree.type === undefined ? undefined : paths(tree, [], where);
}

/**
 * The names of a module's arguments, in the order of the leaves: `forward`'s own names, `undefined` where the file
 * lacks them (PyTorch 2.5).
 *
 * @throws FormatError when the structure is malformed.
 */
export function inputPaths(
  text: JsonValue | undefined,
  where: string,
  names: readonly string[] | undefined,
): readonly (string | undefined)[] {
  const [positional, keywords] = parse(text, where).children;
  const all = [...(positional?.children ?? []), ...(keywords?.children ?? [])];
  const keys = keywords === undefined ? [] : (keysOf(keywords, where) ?? []);
  const count = positional?.children.length ?? 0;
  return all.flatMap((child, index): readonly (string | undefined)[] => {
    const name = names?.[index] ?? keys[index - count];
    return name === undefined ? paths(child, [], where).map(() => undefined) : paths(child, [name], where);
  });
}
