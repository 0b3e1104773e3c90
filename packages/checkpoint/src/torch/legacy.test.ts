import { FormatError, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import {
  bytes,
  dictionary,
  global,
  int,
  pickle,
  sizes,
  storage,
  type StorageOptions,
  tensor,
  text,
  tuple,
  uint64,
} from "../../test/pickles.ts";
import { isMap, openCheckpoint } from "../index.ts";

const MAGIC = pickle(0x8a, 10, Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19));
const PROTOCOL = pickle("M", 0xe9, 0x03);
const SYSTEM = pickle("}");
const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const HEAD_BYTES = MAGIC.byteLength + PROTOCOL.byteLength + SYSTEM.byteLength;

const own = (options: StorageOptions = {}) => storage({ rest: bytes("N"), ...options });
const ownTensor = (options: StorageOptions = {}) => tensor({ storage: own(options) });

interface Spec {
  readonly object?: Uint8Array;
  readonly keys?: Uint8Array;
  readonly storages?: Uint8Array;
}

/** A legacy file made by hand, around one pickled object. */
function legacy({
  object = dictionary("w", ownTensor()),
  keys = pickle("]", text("0"), "a"),
  storages = bytes(uint64(6), FLOATS),
}: Spec = {}): Uint8Array {
  return bytes(MAGIC, PROTOCOL, SYSTEM, pickle(object), keys, storages);
}

const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.pth"));
const storagesAt = (object: Uint8Array, keys: Uint8Array): number =>
  HEAD_BYTES + pickle(object).byteLength + keys.byteLength;

test("a file made by hand", async () => {
  const checkpoint = await open(legacy());
  expect(checkpoint.container).toBe("legacy");
  expect((await readTensor(checkpoint.tensors.get("w")!)).data).toEqual(Float32Array.of(0, 1, 2, 3, 4, 5));
  expect(checkpoint.metadata).toEqual(new Map([["protocol_version", "1001"]]));
});

test("a view: a part of a storage under its own key", async () => {
  const view = tuple(text("v"), int(2), int(3));
  const object = bytes(
    "}(",
    text("a"),
    tensor({ storage: own({ rest: view }), shape: sizes(3), strides: sizes(1) }),
    text("b"),
    tensor({ storage: own({ rest: view }), offset: int(1), shape: sizes(2), strides: sizes(1) }),
    "u",
  );
  const { tensors } = await open(legacy({ object }));
  expect((await readTensor(tensors.get("a")!)).data).toEqual(Float32Array.of(2, 3, 4));
  expect((await readTensor(tensors.get("b")!)).data).toEqual(Float32Array.of(3, 4));
});

test("a tensor past its view", async () => {
  const object = tensor({
    storage: own({ rest: tuple(text("v"), int(2), int(3)) }),
    shape: sizes(4),
    strides: sizes(1),
  });
  await expect(open(legacy({ object }))).rejects.toThrow("ends at element 4 of a storage of 3");
});

test("a module's class is read as a class", async () => {
  const module = bytes(tuple(text("module"), global("nets", "Net"), text("nets.py"), text("class Net: ...")), "Q");
  const { root } = await open(legacy({ object: bytes("}(", text("m"), module, text("w"), ownTensor(), "u") }));
  expect(isMap(root) && root.get("m")).toEqual({ kind: "inert", global: "nets.Net", args: [] });
});

test("many storages: counts are compared in few reads", async () => {
  const count = 500;
  const names = Array.from({ length: count }, (_, index) => String(index));
  const object = bytes("}(", ...names.map((key) => bytes(text(key), tensor({ storage: own({ key }) }))), "u");
  const keys = pickle("](", ...names.map(text), "e");
  const data = legacy({ object, keys, storages: bytes(...names.flatMap(() => [uint64(6), FLOATS])) });
  const source = memorySource(data, "m.pth");
  let reads = 0;
  const counting = {
    ...source,
    read: async (...args: Parameters<typeof source.read>) => (reads++, source.read(...args)),
  };
  const { tensors } = await openCheckpoint(counting);
  expect(tensors.size).toBe(count);
  expect(reads).toBeLessThan(6);
});

const CUT = "The file was cut short; fetch it again.";
const DEFAULT_OBJECT = dictionary("w", ownTensor());
const KEYS = pickle("]", text("0"), "a");
const AT = storagesAt(DEFAULT_OBJECT, KEYS);

test.each<[string, Spec, string, string?]>([
  [
    "a count that differs",
    { storages: bytes(uint64(5), FLOATS) },
    `m.pth: storage "0" at byte ${AT} states 5 elements; the object refers to 6`,
  ],
  [
    "a negative count",
    { storages: bytes(uint64(-1), FLOATS) },
    `m.pth: storage "0" at byte ${AT} states -1 elements; the object refers to 6`,
  ],
  [
    "a count beyond 2^53",
    { storages: bytes(uint64(2n ** 62n), FLOATS) },
    `m.pth: storage "0" at byte ${AT} states more than 2^53 elements; the object refers to 6`,
  ],
  ["an unknown key", { keys: pickle("](", text("0"), text("9"), "e") }, 'm.pth: storage key "9" belongs to no tensor'],
  ["a missing key", { keys: pickle("]") }, 'm.pth: storage "0" is not in the list of storages'],
  ["a duplicate key", { keys: pickle("](", text("0"), text("0"), "e") }, 'm.pth: storage key "0" is listed twice'],
  ["keys that are not a list", { keys: pickle(")") }, "m.pth: the storage keys are a tuple of 0; expected a list"],
  [
    "a key that is not a string",
    { keys: pickle("]", "K", 1, "a") },
    "m.pth: a storage key is the integer 1; expected a string",
  ],
  [
    "bytes after the last storage",
    { storages: bytes(uint64(6), FLOATS, "x") },
    "m.pth: 1 bytes follow the last storage",
  ],
  [
    "storages cut short",
    { storages: bytes(uint64(6), FLOATS.subarray(1)) },
    `m.pth: the storages end at byte ${AT + 32}; the file has ${AT + 31}`,
    CUT,
  ],
  [
    "a storage larger than the file",
    { object: dictionary("w", ownTensor({ count: 2 ** 50 })) },
    `m.pth: the storages end at byte ${AT + 8 + 4 * 2 ** 50}; the file has ${AT + 32}`,
    CUT,
  ],
])("%s: a typed error", async (_, spec, message, hint) => {
  await expectError(() => open(legacy(spec)), FormatError, message, hint);
});

const OBJECT = "m.pth: the object: BINPERSID at byte ";
test.each<[string, Uint8Array, string]>([
  ["an id without a view", storage(), `${OBJECT}60: a storage's id has 5 parts; expected 6 in a legacy file`],
  [
    "a view of another form",
    own({ rest: text("v") }),
    `${OBJECT}66: a view of storage "0" is the string "v"; expected (key, offset, size)`,
  ],
  [
    "a view with a negative offset",
    own({ rest: tuple(text("v"), int(-1), int(3)) }),
    `${OBJECT}78: a view of storage "0" is a tuple of 3; expected (key, offset, size)`,
  ],
  [
    "a view past its storage",
    own({ rest: tuple(text("v"), int(4), int(3)) }),
    `${OBJECT}78: a view of storage "0" ends at element 7 of 6`,
  ],
  [
    "one view with two places",
    bytes("(", own({ rest: tuple(text("v"), int(0), int(3)) }), own({ rest: tuple(text("v"), int(1), int(3)) }), "t"),
    `${OBJECT}156: the view "v" is a different part of its storage than before`,
  ],
  [
    "two types under one key",
    bytes("(", own(), own({ type: "HalfStorage" }), "t"),
    `${OBJECT}121: storage "0" is HalfStorage of 6 here and FloatStorage of 6 before`,
  ],
])("%s: a typed error", async (_, object, message) => {
  await expectError(() => open(legacy({ object })), FormatError, message);
});

describe("the pickles before the object", () => {
  test("a pickle of a number", async () => {
    await expectError(
      () => open(pickle("K", 7)),
      FormatError,
      "m.pth: a pickle of the integer 7; expected PyTorch's magic number, or tensors",
      "In Python, save the state dict with torch.save.",
    );
  });

  test("another protocol", async () => {
    await expectError(
      () => open(bytes(MAGIC, pickle("K", 7))),
      UnsupportedError,
      "m.pth: legacy protocol the integer 7; expected 1001",
    );
  });

  test("an unsupported opcode, found before anything runs", async () => {
    await expectError(
      () => open(bytes(MAGIC, PROTOCOL, pickle("I01\n"))),
      UnsupportedError,
      "m.pth: the system information: INT at byte 2: this opcode is not supported; PyTorch does not write it",
    );
    await expectError(
      () => open(bytes(MAGIC, PROTOCOL, pickle(0xff))),
      FormatError,
      "m.pth: the system information: 0xff at byte 2: unknown pickle opcode",
    );
  });

  test("a length beyond the file", async () => {
    await expectError(
      () => open(bytes(MAGIC, PROTOCOL, 0x80, 2, "X", uint64(0xffffffff).subarray(0, 4), "abc")),
      FormatError,
      "m.pth: the system information: BINUNICODE at byte 2 states 4294967295 bytes; 3 are left",
      "The file was cut short or is damaged; fetch it again.",
    );
  });

  test("an unterminated name", async () => {
    await expectError(
      () => open(bytes(MAGIC, PROTOCOL, 0x80, 2, "c", "x".repeat(9000))),
      FormatError,
      "m.pth: the system information: GLOBAL at byte 2: the name is not terminated",
    );
  });

  test("truncation anywhere: a typed error", async () => {
    const data = legacy();
    for (let length = 0; length < data.byteLength; length++) {
      await expect(open(data.subarray(0, length)), `the first ${length} bytes`).rejects.toThrow(FormatError);
    }
  });

  test("a file that ends in a pickle", async () => {
    await expectError(
      () => open(bytes(MAGIC, PROTOCOL)),
      FormatError,
      `m.pth: the system information: the pickle at byte ${MAGIC.byteLength + PROTOCOL.byteLength} continues past the end of the file`,
      CUT,
    );
  });
});

test("a pickle larger than the first read", async () => {
  const long = "x".repeat(300_000);
  const object = bytes("}(", text("note"), text(long), text("w"), ownTensor(), "u");
  const { root, tensors } = await open(legacy({ object }));
  expect(isMap(root) && root.get("note")).toBe(long);
  expect((await readTensor(tensors.get("w")!)).data[5]).toBe(5);
});
