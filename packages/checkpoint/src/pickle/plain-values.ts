import { hashable } from "./containers.ts";
import { PyGlobal, PyTuple, type PyValue, type Where } from "./values.ts";

/** The value that a listed call stands for; `undefined` if its arguments are others than Python's own, to describe it. */
export type PlainValue = (args: readonly PyValue[], where: Where) => PyValue | undefined;

/** Longer names have no use, and could be doubled again and again. */
const MAX_NAME = 256;

/**
 * `_codecs.encode(text, "latin1")`, as protocols below 3 write bytes. One text gives one array, however often the pickle
 * repeats the call, so all arrays together are no larger than the pickle.
 */
function latin1Encoder(): PlainValue {
  const known = new Map<string, Uint8Array>();
  return ([text, encoding]) => {
    if (typeof text !== "string" || (encoding !== "latin1" && encoding !== "latin-1")) return undefined;
    const made = known.get(text) ?? encodeLatin1(text);
    if (made !== undefined) known.set(text, made);
    return made;
  };
}

function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0xff) return undefined;
    bytes[index] = code;
  }
  return bytes;
}

const makeSet: PlainValue = (args, where) => {
  const items = args.length === 0 ? [] : args[0] instanceof PyTuple ? args[0].items : args[0];
  if (args.length > 1 || !Array.isArray(items)) return undefined;
  return new Set((items as readonly PyValue[]).map((item) => hashable(item, where)));
};

/** `bytes()`, and `bytearray` of bytes or of a text in latin1; of a number it would allocate, and is described. */
function bytesMaker(encode: PlainValue): PlainValue {
  return (args, where) => {
    if (args.length === 0) return new Uint8Array(0);
    return args.length === 1 && args[0] instanceof Uint8Array ? args[0] : encode(args, where);
  };
}

/** `getattr(Outer, "Inner")`: how protocols below 4 name nested classes, and Python 3.11 the members of an enumeration. */
const nestedName: PlainValue = ([owner, name]) =>
  owner instanceof PyGlobal && typeof name === "string" && owner.name.length + name.length < MAX_NAME
    ? new PyGlobal(owner.module, `${owner.name}.${name}`)
    : undefined;

/** Calls that are a plain value in other words, by module and name, for one pickle. */
export function plainValues(): ReadonlyMap<string, PlainValue> {
  const encode = latin1Encoder();
  const builtins: readonly (readonly [name: string, value: PlainValue])[] = [
    ["set", makeSet],
    ["frozenset", makeSet],
    ["bytes", bytesMaker(encode)],
    ["bytearray", bytesMaker(encode)],
    ["getattr", nestedName],
  ];
  return new Map<string, PlainValue>([
    ["_codecs encode", encode],
    ...["builtins", "__builtin__"].flatMap((module) =>
      builtins.map(([name, value]): [string, PlainValue] => [`${module} ${name}`, value]),
    ),
  ]);
}
