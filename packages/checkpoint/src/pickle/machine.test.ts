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
    { kind: "inert", global: "_codecs.encode", args: ["a", "latin1"] },
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

const NOT_LISTED = "which is not on the list of allowed calls";
test.each<[string, Uint8Array, string]>([
  [
    "REDUCE of os.system",
    pickle(global("os", "system"), tuple(text("id")), "R"),
    `data.pkl: REDUCE at byte 22 calls os.system, ${NOT_LISTED}`,
  ],
  [
    "REDUCE of eval",
    pickle(global("builtins", "eval"), ")R"),
    `data.pkl: REDUCE at byte 18 calls builtins.eval, ${NOT_LISTED}`,
  ],
  [
    "NEWOBJ of a class",
    pickle(global("torch.nn.modules.linear", "Linear"), ")", 0x81),
    `data.pkl: NEWOBJ at byte 35 calls torch.nn.modules.linear.Linear, ${NOT_LISTED}`,
  ],
  [
    "NEWOBJ_EX of a class",
    pickle(global("subprocess", "Popen"), ")}", 0x92),
    `data.pkl: NEWOBJ_EX at byte 22 calls subprocess.Popen, ${NOT_LISTED}`,
  ],
  [
    "a dotted name that spells a listed one",
    pickle(global("torch", "_utils._rebuild_tensor_v2"), ")R"),
    `data.pkl: REDUCE at byte 36 calls torch._utils._rebuild_tensor_v2, ${NOT_LISTED}`,
  ],
  [
    "a dotted name below a listed one",
    pickle(global("collections", "OrderedDict.fromkeys"), ")R"),
    `data.pkl: REDUCE at byte 37 calls collections.OrderedDict.fromkeys, ${NOT_LISTED}`,
  ],
  [
    "a module with a space in it",
    pickle(global("torch Size", ""), ")R"),
    `data.pkl: REDUCE at byte 16 calls torch Size., ${NOT_LISTED}`,
  ],
  [
    "a look-alike letter",
    pickle(global("collections", "ОrderedDict"), ")R"),
    `data.pkl: REDUCE at byte 29 calls collections.ОrderedDict, ${NOT_LISTED}`,
  ],
  [
    "a TorchScript class outside of TorchScript",
    pickle(global("__torch__", "Net"), ")", 0x81),
    `data.pkl: NEWOBJ at byte 18 calls __torch__.Net, ${NOT_LISTED}`,
  ],
  [
    "NEWOBJ_EX with keywords",
    pickle(global("torch", "device"), ")}", text("type"), "Ns", 0x92),
    "data.pkl: NEWOBJ_EX at byte 29: an object created with keyword arguments is not supported",
  ],
  ["protocol 1", bytes(0x80, 1, "N."), "data.pkl: PROTO at byte 0: pickle protocol 1; expected 2 to 5"],
  ["protocol 6", bytes(0x80, 6, "N."), "data.pkl: PROTO at byte 0: pickle protocol 6; expected 2 to 5"],
  ...(
    [
      ["INST", "i"],
      ["OBJ", "o"],
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

test("the error's details name the global", async () => {
  expect.assertions(1);
  try {
    run(pickle(global("os", "system"), ")R"));
  } catch (error) {
    expect(error).toMatchObject({ code: "unsupported", details: { global: "os.system" } });
  }
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
