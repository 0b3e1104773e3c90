// Long, because each opcode and each refusal is a case of its own, with its exact message.
import { FormatError, UnsupportedError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, global, int, pickle, text, tuple, uint32, uint64 } from "../../test/pickles.ts";
import { plainHandlers } from "./globals.ts";
import { runPickle } from "./machine.ts";
import { PyFloat, PyTuple, type PyValue } from "./values.ts";
import { present } from "./present.ts";

const run = (data: Uint8Array): PyValue => runPickle(data, { ...plainHandlers(), label: "data.pkl" });
const value = (data: Uint8Array): unknown => present(run(data), "data.pkl").root;

test.each<[string, Uint8Array, unknown]>([
  ["None", pickle("N"), null],
  ["booleans", pickle(0x88), true],
  ["BININT1", pickle("K", 255), 255],
  ["BININT2", pickle("M", 0xff, 0xff), 65535],
  ["BININT", pickle(int(-5)), -5],
  ["an empty LONG1", pickle(0x8a, 0), 0],
  ["LONG1", pickle(0x8a, 2, 0x00, 0xff), -256],
  ["LONG1 beyond 2^53", pickle(0x8a, 8, uint64(2n ** 63n - 1n)), 2n ** 63n - 1n],
  ["LONG4", pickle(0x8b, uint32(1), 0x80), -128],
  ["BINFLOAT", pickle("G", Uint8Array.of(0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a)), 0.1],
  ["BINUNICODE", pickle(text("größe \u{1f415}")), "größe \u{1f415}"],
  ["a byte order mark stays", pickle(text("\ufeffx")), "\ufeffx"],
  ["SHORT_BINUNICODE", pickle(0x8c, 2, "ab"), "ab"],
  ["BINUNICODE8", pickle(0x8d, uint64(2), "ab"), "ab"],
  ["Python 2's strings", pickle("U", 2, "ab"), "ab"],
  ["BINSTRING", pickle("T", uint32(2), "ab"), "ab"],
  ["SHORT_BINBYTES", pickle("C", 2, 0, 255), Uint8Array.of(0, 255)],
  ["BINBYTES", pickle("B", uint32(1), 7), Uint8Array.of(7)],
  ["BINBYTES8", pickle(0x8e, uint64(1), 7), Uint8Array.of(7)],
  ["BYTEARRAY8", pickle(0x96, uint64(1), 7), Uint8Array.of(7)],
  [
    "tuples",
    pickle(")", "N", 0x85, "NN", 0x86, "NNN", 0x87, "(", "t", "(", "NNNN", "t", "(", "t", 0x87, 0x87, 0x87),
    [
      [],
      [null],
      [
        [null, null],
        [null, null, null],
        [[], [null, null, null, null], []],
      ],
    ],
  ],
  ["APPEND and APPENDS", pickle("]", "Na", "(", "K", 1, "K", 2, "e"), [null, 1, 2]],
  [
    "SETITEM and SETITEMS",
    pickle("}", text("a"), "Ns", "(", "K", 1, "K", 2, "u"),
    new Map<unknown, unknown>([
      ["a", null],
      [1, 2],
    ]),
  ],
  ["float keys", pickle("}", "G", Uint8Array.of(0x40, 0, 0, 0, 0, 0, 0, 0), "Ns"), new Map([[2, null]])],
  ["sets", pickle(0x8f, "(", "K", 1, "K", 1, 0x90), new Set([1])],
  ["FROZENSET", pickle("(", "K", 1, 0x91), new Set([1])],
  ["BINPUT and BINGET", pickle("]", "q", 3, "h", 3, 0x86), [[], []]],
  ["LONG_BINPUT and LONG_BINGET", pickle("N", "r", uint32(300), "0", "j", uint32(300)), null],
  ["LONG_BINPUT of 2^32 - 1", pickle("N", "r", uint32(0xffffffff)), null],
  ["MEMOIZE", pickle("K", 7, 0x94, "h", 0, 0x86), [7, 7]],
  ["POP", pickle("N", "K", 1, "0"), null],
  ["POP of a mark", pickle("N", "(", "0"), null],
  ["POP_MARK", pickle("N", "(", "K", 1, "1"), null],
  ["a frame", pickle(0x95, uint64(2), "N"), null],
  ["STACK_GLOBAL", pickle(0x8c, 11, "collections", 0x8c, 11, "OrderedDict", 0x93, ")R"), new Map()],
  [
    "OrderedDict of pairs",
    pickle(global("collections", "OrderedDict"), tuple(bytes("](", "]", "(", text("a"), "K", 1, "e", "e")), "R"),
    new Map([["a", 1]]),
  ],
  ["Size", pickle(global("torch", "Size"), tuple(tuple(int(2), int(3))), "R"), [2, 3]],
  ["a bare class", pickle(global("os", "system")), { kind: "inert", global: "os.system", args: [] }],
  [
    "bytes of protocol 2",
    pickle(global("_codecs", "encode"), tuple(text("a"), text("latin1")), "R"),
    Uint8Array.of(97),
  ],
  [
    "a namespace",
    pickle(global("argparse", "Namespace"), ")", 0x81, "}", text("lr"), "K", 1, "s", "b"),
    { kind: "inert", global: "argparse.Namespace", args: [], state: new Map([["lr", 1]]) },
  ],
  [
    "NEWOBJ_EX without keywords",
    pickle(global("pathlib", "PurePath"), tuple(text("a")), "}", 0x92),
    { kind: "inert", global: "pathlib.PurePath", args: ["a"] },
  ],
  [
    "OrderedDict's attributes are ignored",
    pickle(global("collections", "OrderedDict"), ")R", "}", text("_metadata"), "Ns", "b"),
    new Map(),
  ],
])("%s", (_, data, expected) => {
  expect(value(data)).toEqual(expected);
});

test("keys that JavaScript objects treat specially are ordinary keys", () => {
  const map = value(
    pickle("}", "(", text("__proto__"), "K", 1, text("constructor"), "K", 2, text("toString"), "K", 3, "u"),
  );
  expect(map).toEqual(
    new Map([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
    ]),
  );
  expect(Object.getPrototypeOf(map)).toBe(Map.prototype);
});

test("floats are distinct from integers until they are presented", () => {
  const list = run(pickle("](", "K", 2, "G", Uint8Array.of(0x40, 0, 0, 0, 0, 0, 0, 0), "e"));
  expect(list).toEqual([2, new PyFloat(2)]);
});

const CUT = "The file was cut short or is damaged; fetch it again.";
test.each<[string, Uint8Array, string]>([
  ["no STOP", bytes(0x80, 2, "N"), "data.pkl: the pickle ends at byte 3 without STOP"],
  ["empty", bytes(), "data.pkl: the pickle ends at byte 0 without STOP"],
  ["bytes after STOP", bytes(pickle("N"), "N"), "data.pkl: STOP at byte 3: 1 bytes follow the end of the pickle"],
  ["two values left", pickle("NN"), "data.pkl: STOP at byte 4: 2 values and 0 marks are left; expected one value"],
  ["a mark left", pickle("N("), "data.pkl: STOP at byte 4: 1 values and 1 marks are left; expected one value"],
  ["nothing left", pickle(), "data.pkl: STOP at byte 2: 0 values and 0 marks are left; expected one value"],
  ["cut in an argument", bytes(0x80, 2, "J", 1), "data.pkl: BININT at byte 2 needs 4 bytes; 1 are left"],
  ["an unknown opcode", pickle(0xff), "data.pkl: 0xff at byte 2: unknown pickle opcode"],
  [
    "a length beyond the file",
    pickle("X", uint32(0xffffffff), "a"),
    "data.pkl: BINUNICODE at byte 2 needs 4294967295 bytes; 2 are left",
  ],
  [
    "a 64-bit length beyond the file",
    pickle(0x8e, uint64(2n ** 63n), "a"),
    "data.pkl: BINBYTES8 at byte 2 needs 9223372036854776000 bytes; 2 are left",
  ],
  [
    "a frame beyond the file",
    pickle(0x95, uint64(3), "N"),
    "data.pkl: FRAME at byte 2: a frame of 3 bytes; 2 are left in the pickle",
  ],
  [
    "LONG4 beyond 255 bytes",
    pickle(0x8b, uint32(256), new Uint8Array(256)),
    "data.pkl: LONG4 at byte 2: an integer of 256 bytes; at most 255 are read",
  ],
  ["stack underflow", pickle("a"), "data.pkl: APPEND at byte 2: the stack has too few values"],
  ["underflow below a mark", pickle("]N(a"), "data.pkl: APPEND at byte 5: the stack has too few values"],
  ["TUPLE3 of two", pickle("NN", 0x87), "data.pkl: TUPLE3 at byte 4: the stack has too few values"],
  ["BINPUT of nothing", pickle("q", 0), "data.pkl: BINPUT at byte 2: the stack has too few values"],
  ["no mark", pickle("Nt"), "data.pkl: TUPLE at byte 3: no mark is on the stack"],
  ["no memo", pickle("h", 9), "data.pkl: BINGET at byte 2: nothing was memoized under 9"],
  [
    "no long memo",
    pickle("j", uint32(0xfffffffe)),
    "data.pkl: LONG_BINGET at byte 2: nothing was memoized under 4294967294",
  ],
  ["SETITEM on a list", pickle("]NNs"), "data.pkl: SETITEM at byte 5 on a list; expected a dictionary"],
  ["SETITEMS on a tuple", pickle(")(NNu"), "data.pkl: SETITEMS at byte 6 on a tuple of 0; expected a dictionary"],
  ["SETITEMS of three", pickle("}(NNNu"), "data.pkl: SETITEMS at byte 7: 3 keys and values; expected pairs"],
  ["APPEND on a dictionary", pickle("}Na"), "data.pkl: APPEND at byte 4 on a dictionary; expected a list"],
  ["APPENDS on a tuple", pickle(")(Ne"), "data.pkl: APPENDS at byte 5 on a tuple of 0; expected a list"],
  ["ADDITEMS on a list", pickle("](N", 0x90), "data.pkl: ADDITEMS at byte 5 on a list; expected a set"],
  ["BUILD on an integer", pickle("K", 1, "Nb"), "data.pkl: BUILD at byte 5 on the integer 1, which takes no state"],
  ["BUILD on a list", pickle("]Nb"), "data.pkl: BUILD at byte 4 on a list, which takes no state"],
  [
    "BUILD on a class",
    pickle(global("torch", "device"), "Nb"),
    "data.pkl: BUILD at byte 17 on the global torch.device, which takes no state",
  ],
  ["a list as a key", pickle("}]Ns"), "data.pkl: SETITEM at byte 5: a list as a key, which Python does not allow"],
  ["REDUCE of a string", pickle(text("os.system"), ")R"), 'data.pkl: REDUCE at byte 17 calls the string "os.system"'],
  [
    "REDUCE with a list",
    pickle(global("torch", "Size"), "]R"),
    "data.pkl: REDUCE at byte 15 calls torch.Size with a list; expected a tuple",
  ],
  [
    "STACK_GLOBAL of numbers",
    pickle("K", 1, "K", 2, 0x93),
    "data.pkl: STACK_GLOBAL at byte 6 on the integer 1 and the integer 2; expected strings",
  ],
  ["an unterminated GLOBAL", bytes(0x80, 2, "cos\nsystem"), "data.pkl: GLOBAL at byte 2: the name is not terminated"],
  [
    "invalid UTF-8",
    pickle("X", uint32(2), 0xc3, 0x28),
    "data.pkl: BINUNICODE at byte 2: the string is not valid UTF-8",
  ],
  [
    "surrogates",
    pickle("X", uint32(3), 0xed, 0xa0, 0x80),
    "data.pkl: BINUNICODE at byte 2: the string is not valid UTF-8",
  ],
  ["an invalid name", pickle("c", 0xff, "\nx\n"), "data.pkl: GLOBAL at byte 2: the string is not valid UTF-8"],
  [
    "a long name",
    pickle(global("a".repeat(257), "b")),
    "data.pkl: GLOBAL at byte 2: a module or name of more than 256 characters",
  ],
  [
    "a reference to storage",
    pickle("NQ"),
    "data.pkl: BINPERSID at byte 3 refers to None; nothing is stored beside this pickle",
  ],
])("%s: a typed error", async (_, data, message) => {
  await expectError(
    () => run(data),
    FormatError,
    message,
    /cut|beyond the file|64-bit|no STOP|^empty/.test(_) && !message.includes("FRAME") ? CUT : undefined,
  );
});

const record = (name: string, rest: Readonly<Record<string, unknown>> = {}) => ({
  kind: "inert",
  global: name,
  args: [],
  ...rest,
});
test.each<[string, Uint8Array, unknown]>([
  [
    "REDUCE of os.system",
    pickle(global("os", "system"), tuple(text("id")), "R"),
    record("os.system", { args: ["id"] }),
  ],
  ["REDUCE of eval", pickle(global("builtins", "eval"), ")R"), record("builtins.eval")],
  ["NEWOBJ", pickle(global("torch.nn", "Linear"), ")", 0x81), record("torch.nn.Linear")],
  ["NEWOBJ_EX", pickle(global("subprocess", "Popen"), ")}", 0x92), record("subprocess.Popen")],
  [
    "NEWOBJ_EX with keywords",
    pickle(global("torch", "device"), ")}", text("type"), "Ns", 0x92),
    record("torch.device", { keywords: new Map([["type", null]]) }),
  ],
  ["INST", pickle("(", "K", 1, "inets\nNet\n"), record("nets.Net", { args: [1] })],
  ["OBJ", pickle("(", global("nets", "Net"), "K", 1, "o"), record("nets.Net", { args: [1] })],
  [
    "items of a list's subclass",
    pickle(global("collections", "deque"), tuple(bytes("]"), int(9)), "R", "(", "K", 1, "K", 2, "e", "K", 3, "a"),
    record("collections.deque", { args: [[], 9], items: [1, 2, 3] }),
  ],
  [
    "items of a set's subclass",
    pickle(global("nets", "Names"), ")", 0x81, "(", "K", 1, 0x90),
    record("nets.Names", { items: [1] }),
  ],
  [
    "entries and attributes of a dictionary's subclass",
    pickle(global("nets", "Config"), ")", 0x81, "(", text("a"), "K", 1, "u", text("b"), "K", 2, "s", "}", "b"),
    record("nets.Config", {
      entries: new Map([
        ["a", 1],
        ["b", 2],
      ]),
      state: new Map(),
    }),
  ],
  [
    "_reconstructor",
    pickle(
      global("copy_reg", "_reconstructor"),
      tuple(global("nets", "Net"), global("builtins", "object"), bytes("N")),
      "R",
    ),
    record("nets.Net"),
  ],
  [
    "a class in a class",
    pickle(global("builtins", "getattr"), tuple(global("nets", "Net"), text("Block")), "R", ")", 0x81),
    record("nets.Net.Block"),
  ],
  [
    "a call of what a call returned",
    pickle(global("operator", "attrgetter"), tuple(text("system")), "R", tuple(global("os", "path")), "R"),
    record("<call of a result>", { args: [record("operator.attrgetter", { args: ["system"] }), [record("os.path")]] }),
  ],
  ["a set", pickle(global("__builtin__", "set"), tuple(bytes("](", "K", 1, "e")), "R"), new Set([1])],
  ["a set of a number", pickle(global("builtins", "set"), tuple(int(1)), "R"), record("builtins.set", { args: [1] })],
  ["a bytearray", pickle(global("builtins", "bytearray"), tuple(bytes("C", 1, 7)), "R"), Uint8Array.of(7)],
  [
    "a bytearray of a size",
    pickle(global("builtins", "bytearray"), tuple(int(2 ** 30)), "R"),
    record("builtins.bytearray", { args: [2 ** 30] }),
  ],
  [
    "a dotted name that spells a listed one",
    pickle(global("torch", "_utils._rebuild_tensor_v2"), ")R"),
    record("torch._utils._rebuild_tensor_v2"),
  ],
  [
    "a dotted name made by getattr that spells a listed one",
    pickle(global("builtins", "getattr"), tuple(global("torch", "_utils"), text("_rebuild_tensor_v2")), "R", ")R"),
    record("torch._utils._rebuild_tensor_v2"),
  ],
  [
    "a dotted name below a listed one",
    pickle(global("collections", "OrderedDict.fromkeys"), ")R"),
    record("collections.OrderedDict.fromkeys"),
  ],
  ["a module with a space in it", pickle(global("torch Size", ""), ")R"), record("torch Size.")],
  ["a look-alike letter", pickle(global("collections", "ОrderedDict"), ")R"), record("collections.ОrderedDict")],
  ["a TorchScript class", pickle(global("__torch__", "Net"), ")", 0x81), record("__torch__.Net")],
])("%s: described, not called", (_, data, expected) => {
  expect(value(data)).toEqual(expected);
});

test.each<[string, Uint8Array, string]>([
  ["protocol 1", bytes(0x80, 1, "N."), "data.pkl: PROTO at byte 0: pickle protocol 1; expected 2 to 5"],
  ["protocol 6", bytes(0x80, 6, "N."), "data.pkl: PROTO at byte 0: pickle protocol 6; expected 2 to 5"],
  ...(
    [
      ["PERSID", "P"],
      ["EXT1", 0x82],
      ["EXT2", 0x83],
      ["EXT4", 0x84],
      ["INT", "I"],
      ["LONG", "L"],
      ["FLOAT", "F"],
      ["STRING", "S"],
      ["UNICODE", "V"],
      ["GET", "g"],
      ["PUT", "p"],
      ["DUP", "2"],
      ["LIST", "l"],
      ["DICT", "d"],
      ["NEXT_BUFFER", 0x97],
      ["READONLY_BUFFER", 0x98],
    ] as const
  ).map(([name, opcode]): [string, Uint8Array, string] => [
    name,
    pickle("(", opcode, "os\nsystem\n"),
    `data.pkl: ${name} at byte 3: this opcode is not supported; PyTorch does not write it`,
  ]),
])("%s: refused", async (_, data, message) => {
  await expectError(() => run(data), UnsupportedError, message);
});

test("5,000,000 marks: capped", async () => {
  await expectError(
    () => run(bytes(0x80, 2, new Uint8Array(5e6).fill(0x28))),
    FormatError,
    "data.pkl: MARK at byte 10002: more than 10000 marks at once",
  );
});

test("1,000,000 levels of nesting: capped", async () => {
  const nested = bytes(0x80, 2, "]", new Uint8Array(900_000).fill(0x85), ".");
  await expectError(() => value(nested), FormatError, "data.pkl: values are nested more than 1000 deep");
});

test("containers are counted", async () => {
  const data = bytes(0x80, 2, "](", new Uint8Array(1_000_000).fill(0x7d), "e.");
  await expectError(
    () => run(data),
    FormatError,
    "data.pkl: EMPTY_DICT at byte 1000003: more than 1000000 lists, tuples and dictionaries",
  );
});

test("values are counted", async () => {
  const data = bytes(0x80, 2, "](", new Uint8Array(1 << 23).fill(0x4e), "e.");
  await expectError(() => run(data), FormatError, "data.pkl: NONE at byte 8388611: more than 8388608 values");
});

test("memoized values are counted", async () => {
  const data = bytes(0x80, 2, "N", new Uint8Array((1 << 21) | 1).fill(0x94), ".");
  await expectError(
    () => run(data),
    FormatError,
    "data.pkl: MEMOIZE at byte 2097155: more than 2097152 values are memoized",
  );
});

test("a call that copies one list again and again: capped", async () => {
  const list = bytes("](", new Uint8Array(2 ** 20).fill(0x4e), "e");
  const copy = bytes(global("builtins", "set"), "h", 0, 0x85, "R0");
  await expectError(
    () => run(pickle(list, "q", 0, copy, copy, copy, copy, copy)),
    FormatError,
    "data.pkl: REDUCE at byte 1048676: calls copy more than 4194304 elements",
  );
});

test("a text that is encoded again and again: one array", () => {
  const call = bytes(global("_codecs", "encode"), "h", 0, "h", 1, 0x86, "R");
  const list = value(
    pickle("](", text("x".repeat(9)), "q", 0, text("latin1"), "q", 1, "0", call, call, "e"),
  ) as unknown[];
  expect(list[1]).toBe(list[2]);
});

test("memo doubling: 800 bytes that represent 2^100 nodes cost as many steps as they have containers", () => {
  const doubling = Array.from({ length: 100 }, (_, level) => bytes("q", level, "h", level, 0x86));
  const data = pickle("]", ...doubling);
  expect(data.byteLength).toBeLessThan(805);
  let node = value(data) as readonly unknown[];
  let depth = 0;
  while (node.length === 2) {
    expect(node[0]).toBe(node[1]);
    node = node[0] as readonly unknown[];
    depth++;
  }
  expect(depth).toBe(100);
});

test("self-reference: a list in itself", () => {
  const list = value(pickle("]q", 0, "h", 0, "a")) as readonly unknown[];
  expect(list[0]).toBe(list);
});

test("self-reference through a tuple, a dictionary and a record", () => {
  const map = value(pickle("}q", 0, text("me"), "h", 0, 0x85, "s")) as Map<string, unknown[]>;
  expect(map.get("me")![0]).toBe(map);
  const record = value(
    pickle(global("argparse", "Namespace"), ")", 0x81, "q", 0, "}", text("me"), "h", 0, "s", "b"),
  ) as { state: Map<string, unknown> };
  expect(record.state.get("me")).toBe(record);
});

/** Pickles a value as CPython's C pickler would, with protocol 2's opcodes. */
function write(item: unknown): Uint8Array {
  if (item === null) return bytes("N");
  if (typeof item === "boolean") return bytes(item ? 0x88 : 0x89);
  if (typeof item === "string") return text(item);
  if (typeof item === "number")
    return Number.isSafeInteger(item) && !Object.is(item, -0) ? bytes(0x8a, 8, uint64(BigInt(item))) : float(item);
  if (Array.isArray(item)) return bytes("](", ...item.map(write), "e");
  return bytes(
    "}(",
    ...[...(item as Map<unknown, unknown>)].flatMap(([key, entry]) => [write(key), write(entry)]),
    "u",
  );
}

function float(number: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = 0x47;
  new DataView(out.buffer).setFloat64(1, number);
  return out;
}

test("pickled values are read back", () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.string({ unit: "binary" }).filter((string) => !/\p{Surrogate}/u.test(string)),
      fc.array(tie("tree")),
      fc.array(fc.tuple(fc.string({ unit: "grapheme" }), tie("tree"))).map((entries) => new Map(entries)),
    ),
  }));
  fc.assert(
    fc.property(tree, (item) => {
      expect(value(pickle(write(item)))).toEqual(item);
    }),
    { numRuns: 300 },
  );
});

test("any bytes: a value or a typed error", () => {
  const opcodes = fc.constantFrom(
    ...[..."().0124BCGJKMNQRTUX]abcehjqrstu}"].map((letter) => letter.charCodeAt(0)),
    0x80,
    0x81,
    ...Array.from({ length: 24 }, (_, index) => 0x85 + index),
  );
  const program = fc.array(fc.oneof(opcodes, fc.nat(255), fc.nat(3)), { maxLength: 60 });
  fc.assert(
    fc.property(program, (codes) => {
      try {
        value(Uint8Array.from([...codes, 0x2e]));
      } catch (error) {
        expect(error).toHaveProperty("code", expect.stringMatching(/^(format|unsupported)$/));
      }
    }),
    { numRuns: 3000 },
  );
});

test("a tuple is not a list", () => {
  expect(run(pickle(")"))).toBeInstanceOf(PyTuple);
});
