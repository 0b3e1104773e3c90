// Long, because each way in which a checkpoint's records can contradict one another is a separate case.
import { FormatError, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import {
  bytes,
  dictionary,
  global,
  int,
  long,
  pickle,
  sizes,
  storage,
  tensor,
  text,
  tuple,
} from "../../test/pickles.ts";
import { type EntrySpec, zipBytes } from "../../test/zip-bytes.ts";
import { isMap, openCheckpoint } from "../index.ts";

const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);

/** An archive like torch.save's, around one pickled value. */
function archive(
  value: Uint8Array,
  entries: readonly EntrySpec[] = [{ name: "archive/data/0", data: FLOATS }],
): Uint8Array {
  return zipBytes([
    { name: "archive/data.pkl", data: pickle(value) },
    ...entries,
    { name: "archive/version", data: "3\n" },
  ]);
}

const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.pth"));

const floats = async (data: Uint8Array, name = "w") => [
  ...(await readTensor((await open(data)).tensors.get(name)!)).data,
];

test("a tensor made by hand", async () => {
  const checkpoint = await open(archive(dictionary("w", tensor())));
  expect(checkpoint.tensors.get("w")).toMatchObject({ name: "w", dtype: "float32", shape: [2, 3] });
  expect(await floats(archive(dictionary("w", tensor())))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(checkpoint.metadata).toEqual(new Map([["version", "3"]]));
});

test.each<[string, Uint8Array, number[]]>([
  ["transposed", tensor({ shape: sizes(3, 2), strides: sizes(1, 3) }), [0, 3, 1, 4, 2, 5]],
  ["with an offset", tensor({ offset: int(2), shape: sizes(2), strides: sizes(3) }), [2, 5]],
  ["expanded", tensor({ shape: sizes(2, 2), strides: sizes(0, 1) }), [0, 1, 0, 1]],
  ["with axes of one and any strides", tensor({ shape: sizes(1, 2, 1), strides: sizes(9, 1, 7) }), [0, 1]],
  ["without axes", tensor({ offset: int(5), shape: bytes(")"), strides: bytes(")") }), [5]],
  ["empty at the storage's end", tensor({ offset: int(6), shape: sizes(0), strides: sizes(1) }), []],
  ["in a list for a shape", tensor({ shape: bytes("](", int(6), "e"), strides: sizes(1) }), [0, 1, 2, 3, 4, 5]],
  [
    "of _rebuild_tensor",
    bytes(global("torch._utils", "_rebuild_tensor"), tuple(storage(), int(0), sizes(6), sizes(1)), "R"),
    [0, 1, 2, 3, 4, 5],
  ],
  [
    "in a subclass",
    bytes(
      global("torch._tensor", "_rebuild_from_type_v2"),
      tuple(
        global("torch._utils", "_rebuild_tensor"),
        global("timm.layers", "Special"),
        tuple(storage(), int(0), sizes(1), sizes(1)),
        bytes("}"),
      ),
      "R",
    ),
    [0],
  ],
  ["in an old Parameter", bytes(global("torch.nn.parameter", "Parameter"), tuple(tensor()), 0x81), [0, 1, 2, 3, 4, 5]],
  [
    "in an old Parameter, filled later",
    bytes(
      global("torch.nn.parameter", "Parameter"),
      ")",
      0x81,
      tuple(tensor(), bytes("N"), bytes("}"), bytes(0x88), bytes(0x89)),
      "b",
    ),
    [0, 1, 2, 3, 4, 5],
  ],
  [
    "in an old Parameter, set from a storage",
    bytes(global("torch.nn.parameter", "Parameter"), ")", 0x81, tuple(storage(), int(4), sizes(2), sizes(1)), "b"),
    [4, 5],
  ],
])("a tensor %s", async (_, value, expected) => {
  expect(await floats(archive(dictionary("w", value)))).toEqual(expected);
});

test("an old Parameter that the memo returns again", async () => {
  const value = bytes(
    "}",
    text("a"),
    global("torch.nn.parameter", "Parameter"),
    ")",
    0x81,
    "q",
    0,
    tuple(storage(), int(4), sizes(2), sizes(1)),
    "bs",
    text("b"),
    "h",
    0,
    "s",
  );
  const { tensors } = await open(archive(value));
  expect([...tensors.keys()]).toEqual(["a", "b"]);
  expect((await readTensor(tensors.get("b")!)).data).toEqual(Float32Array.of(4, 5));
});

test("a root that is a tensor has the empty path", async () => {
  expect([...(await open(archive(tensor()))).tensors.keys()]).toEqual([""]);
});

test("a storage without a tensor", async () => {
  const { root } = await open(archive(dictionary("s", storage())));
  expect(isMap(root) && root.get("s")).toEqual({ kind: "inert", global: "torch.FloatStorage", args: ["0", 24] });
});

const AT = "m.pth: archive/data.pkl: ";
test.each<[string, Uint8Array, string]>([
  [
    "shape and strides of different rank",
    tensor({ strides: sizes(1) }),
    "the tensor's shape [2, 3] has 2 axes and its strides 1",
  ],
  [
    "a negative size",
    tensor({ shape: sizes(-2, 3) }),
    "the tensor's shape: the integer -2; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a negative stride",
    tensor({ strides: sizes(-3, 1) }),
    "the tensor's strides: the integer -3; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a negative offset",
    tensor({ offset: int(-1) }),
    "the tensor's offset: the integer -1; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a size beyond 2^53",
    tensor({ shape: sizes(2n ** 60n, 3) }),
    "the tensor's shape: an integer beyond 2^53; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a product beyond 2^53",
    tensor({ shape: sizes(2 ** 30, 2 ** 30), strides: sizes(0, 0) }),
    "the tensor's shape [1073741824, 1073741824] has more than 2^53 bytes",
  ],
  [
    "a size of 2.0",
    tensor({ shape: tuple(bytes("G", Uint8Array.of(0x40, 0, 0, 0, 0, 0, 0, 0))), strides: sizes(1) }),
    "the tensor's shape: the float 2; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a size of True",
    tensor({ shape: tuple(bytes(0x88)), strides: sizes(1) }),
    "the tensor's shape: True; expected an integer from 0 to 2^53 - 1",
  ],
  [
    "a shape that is a string",
    tensor({ shape: text("23") }),
    'the tensor\'s shape is the string "23"; expected a tuple',
  ],
  [
    "65 axes",
    tensor({ shape: sizes(...new Array<number>(65).fill(1)) }),
    "the tensor's shape has 65 axes; at most 64 are supported",
  ],
  [
    "past the storage",
    tensor({ shape: sizes(7), strides: sizes(1) }),
    "a tensor of shape [7], strides [1] and offset 0 ends at element 7 of a storage of 6",
  ],
  [
    "past the storage by its strides",
    tensor({ shape: sizes(2, 2), strides: sizes(5, 1) }),
    "a tensor of shape [2, 2], strides [5, 1] and offset 0 ends at element 7 of a storage of 6",
  ],
  [
    "past the storage by its offset",
    tensor({ offset: int(1) }),
    "a tensor of shape [2, 3], strides [3, 1] and offset 1 ends at element 7 of a storage of 6",
  ],
  [
    "an empty one past the storage",
    tensor({ offset: int(7), shape: sizes(0), strides: sizes(1) }),
    "a tensor of shape [0], strides [1] and offset 7 ends at element 7 of a storage of 6",
  ],
  ["no storage", tensor({ storage: text("0") }), 'the tensor\'s storage is the string "0"'],
])("a tensor with %s: a typed error", async (_, value, message) => {
  const data = archive(dictionary("w", value));
  const at = pickle(dictionary("w", value)).byteLength - 3;
  await expectError(() => open(data), FormatError, `${AT}REDUCE at byte ${at}: ${message}`);
});

test.each<[string, Uint8Array, string]>([
  [
    "an id of another kind",
    bytes(tuple(text("module")), "Q"),
    `BINPERSID at byte 15 refers to a tuple of 1; expected ('storage', type, key, location, count)`,
  ],
  [
    "an id that is a number",
    bytes("K", 1, "Q"),
    `BINPERSID at byte 4 refers to the integer 1; expected ('storage', type, key, location, count)`,
  ],
  [
    "a type that is not a storage type",
    storage({ type: "Size" }),
    'BINPERSID at byte 52: storage "0" has the type torch.Size, which is not a storage type',
  ],
  ["a negative count", storage({ count: -1 }), 'BINPERSID at byte 60: storage "0" has the integer -1 for its count'],
  [
    "a count beyond 2^53",
    storage({ count: 2n ** 62n }),
    'BINPERSID at byte 60: storage "0" has an integer beyond 2^53 for its count',
  ],
  [
    "bytes beyond 2^53",
    storage({ count: 2 ** 52 }),
    'BINPERSID at byte 60: storage "0" has the integer 4503599627370496 for its count',
  ],
  [
    "a view, which only legacy files have",
    storage({ rest: bytes("N") }),
    "BINPERSID at byte 61: a storage's id has 6 parts; expected 5 in a zip archive",
  ],
  [
    "two types under one key",
    bytes("(", storage(), storage({ type: "IntStorage" }), "t"),
    'BINPERSID at byte 118: storage "0" is IntStorage of 6 here and FloatStorage of 6 before',
  ],
  [
    "two counts under one key",
    bytes("(", storage(), storage({ count: 5 }), "t"),
    'BINPERSID at byte 120: storage "0" is FloatStorage of 5 here and FloatStorage of 6 before',
  ],
])("a storage with %s: a typed error", async (_, value, message) => {
  await expectError(() => open(archive(value)), FormatError, AT + message);
});

test.each<[string, Uint8Array, string]>([
  ["a storage without entry", archive(tensor({ key: "9" })), "m.pth: the archive has no entry archive/data/9"],
  [
    "an entry of another size",
    archive(tensor(), [{ name: "archive/data/0", data: FLOATS.subarray(4) }]),
    "m.pth: archive/data/0 has 20 bytes; 6 elements of FloatStorage take 24",
  ],
  [
    "an entry of more bytes",
    archive(tensor(), [{ name: "archive/data/0", data: new Uint8Array(28) }]),
    "m.pth: archive/data/0 has 28 bytes; 6 elements of FloatStorage take 24",
  ],
  [
    "a key that leads elsewhere",
    archive(tensor({ key: "../data.pkl" })),
    "m.pth: the archive has no entry archive/data/../data.pkl",
  ],
  [
    "an unknown byte order",
    archive(tensor(), [
      { name: "archive/data/0", data: FLOATS },
      { name: "archive/byteorder", data: "middle" },
    ]),
    'm.pth: the byte order is "middle"; expected "little" or "big"',
  ],
  [
    "a long byte order",
    archive(tensor(), [
      { name: "archive/data/0", data: FLOATS },
      { name: "archive/byteorder", data: "x".repeat(2000) },
    ]),
    "m.pth: archive/byteorder has 2000 bytes; at most 1024 are read",
  ],
  ["no data.pkl", zipBytes([{ name: "archive/other", data: "x" }]), "m.pth: a zip archive without archive/data.pkl"],
  [
    "an archive of something else",
    zipBytes([{ name: "word.xml", data: "x" }]),
    'm.pth: zip entry "word.xml" is not in a folder; torch.save writes one',
  ],
  ["no entries", zipBytes([]), "m.pth: a zip archive without entries"],
  [
    "junk before the archive",
    bytes("#!/bin/sh\n", archive(tensor())),
    "m.pth: not a checkpoint that Samoyed supports: it begins with 23 21 2f 62 69 6e 2f 73",
  ],
  [
    "junk before the archive that begins like one",
    bytes("PK\x03\x04", archive(tensor())),
    "m.pth: 4 unexpected bytes before the zip archive or inside its directory",
  ],
  [
    "two tensors of one path",
    archive(bytes("}", text("a"), dictionary("b", tensor()), "s", text("a.b"), tensor(), "s")),
    'm.pth: two tensors have the path "a.b"',
  ],
  [
    "a path that grows with each level",
    archive(Array.from({ length: 20 }).reduce<Uint8Array>((inner) => dictionary("k".repeat(99), inner), tensor())),
    `m.pth: a tensor's path has more than 1024 characters: ${"k".repeat(40)}…`,
  ],
])("%s: a typed error", async (_, data, message) => {
  await expectError(() => open(data), FormatError, message);
});

describe("tensors that are listed but cannot be read", () => {
  const quantized = bytes(
    global("torch._utils", "_rebuild_qtensor"),
    tuple(
      storage({ type: "QInt8Storage" }),
      int(0),
      sizes(2, 3),
      sizes(3, 1),
      tuple(global("torch", "per_tensor_affine"), bytes("G", new Uint8Array(8)), int(0)),
      bytes(0x89),
      bytes("}"),
    ),
    "R",
  );
  const entry = [{ name: "archive/data/0", data: new Uint8Array(6) }];

  test("quantized", async () => {
    const { tensors } = await open(archive(dictionary("q", quantized), entry));
    expect(tensors.get("q")).toMatchObject({ shape: [2, 3], stored: "quantized qint8" });
    await expectError(
      () => tensors.get("q")!.read(),
      UnsupportedError,
      'tensor "q" [2, 3] is quantized qint8 (torch.per_tensor_affine), which is not supported',
      "In Python, save it as a plain tensor: `.dequantize()`, `.to_dense()` or `.float()`.",
    );
  });

  test("sparse", async () => {
    const layout = bytes(global("torch.serialization", "_get_layout"), tuple(text("torch.sparse_coo")), "R");
    const value = bytes(
      global("torch._utils", "_rebuild_sparse_tensor"),
      tuple(layout, tuple(tensor(), tensor(), bytes(global("torch", "Size"), tuple(sizes(4, 5)), "R"))),
      "R",
    );
    const { tensors } = await open(archive(dictionary("s", value)));
    await expectError(
      () => tensors.get("s")!.chunks()[Symbol.asyncIterator]().next(),
      UnsupportedError,
      'tensor "s" [4, 5] is sparse (torch.sparse_coo), which is not supported',
    );
  });

  test("an unsupported dtype", async () => {
    const value = bytes(
      global("torch._utils", "_rebuild_tensor_v3"),
      tuple(
        storage({ type: "ByteStorage" }),
        int(0),
        sizes(2),
        sizes(1),
        bytes(0x89),
        bytes("}"),
        global("torch", "float8_e8m0fnu"),
      ),
      "R",
    );
    const { tensors } = await open(archive(dictionary("w", value), entry));
    expect(tensors.get("w")).toMatchObject({ shape: [2], stored: "float8_e8m0fnu" });
    await expectError(
      () => tensors.get("w")!.read(),
      UnsupportedError,
      'tensor "w" [2] has the dtype float8_e8m0fnu, which is not supported',
    );
  });

  test("a dtype that PyTorch does not have", async () => {
    const value = bytes(
      global("torch._utils", "_rebuild_tensor_v3"),
      tuple(storage(), int(0), sizes(2), sizes(1), bytes(0x89), bytes("}"), global("torch", "float7")),
      "R",
    );
    await expect(open(archive(dictionary("w", value)))).rejects.toThrow(
      "the tensor's dtype is the global torch.float7, which is not supported",
    );
  });
});

describe("an expanded tensor of 10^12 elements", () => {
  const data = archive(dictionary("w", tensor({ shape: sizes(10 ** 6, 10 ** 6), strides: sizes(0, 0) })));
  const message =
    'tensor "w" float32 [1000000, 1000000] is an expanded view: 4000000000000 bytes out of 24; at most 1073741824 are read';

  test("opens, and is capped when read", async () => {
    const tensor = (await open(data)).tensors.get("w")!;
    expect(tensor.shape).toEqual([10 ** 6, 10 ** 6]);
    await expectError(() => tensor.read(), UnsupportedError, message);
    await expectError(() => tensor.chunks()[Symbol.asyncIterator]().next(), UnsupportedError, message);
  });
});

test("memo doubling around a tensor: listed once", async () => {
  const doubling = Array.from({ length: 100 }, (_, level) => bytes("q", level, "h", level, 0x86));
  const { tensors } = await open(archive(bytes(dictionary("w", tensor()), ...doubling)));
  expect([...tensors.keys()]).toEqual([`${"0.".repeat(100)}w`]);
});

test("the checksum of data.pkl: a mismatch warns", async () => {
  const data = zipBytes([
    { name: "archive/data.pkl", data: pickle(dictionary("w", tensor())), crc: 0 },
    { name: "archive/data/0", data: FLOATS },
  ]);
  const checkpoint = await open(data);
  expect(checkpoint.warnings).toEqual([
    expect.stringMatching(
      /^m\.pth: archive\/data\.pkl: the bytes have checksum [0-9a-f]{8}, the archive states 00000000$/,
    ),
  ]);
});

describe.each([false, true])("the checksum of a tensor (deflated: %s)", (deflated) => {
  const mismatch = expect.stringMatching(
    /^m\.pth: archive\/data\/0: the bytes have checksum [0-9a-f]{8}, the archive states 00000000$/,
  );
  const wrong = (): Uint8Array =>
    archive(dictionary("w", tensor()), [{ name: "archive/data/0", data: FLOATS, deflated, crc: 0 }]);

  test("a mismatch warns once it is read, and not again", async () => {
    const checkpoint = await open(wrong());
    expect(checkpoint.warnings).toEqual([]);
    await checkpoint.tensors.get("w")!.read();
    await checkpoint.tensors.get("w")!.read();
    expect(checkpoint.warnings).toEqual([mismatch]);
  });

  test("a mismatch warns when it is read in chunks", async () => {
    const checkpoint = await open(wrong());
    for await (const _ of checkpoint.tensors.get("w")!.chunks());
    expect(checkpoint.warnings).toEqual([mismatch]);
  });
});

test("a bit that flipped in a weight warns, wherever it is, when all of it was read in chunks", async () => {
  const count = 700_001;
  const floats = new Uint8Array(Float32Array.from({ length: count }, (_, i) => i).buffer);
  const pickled = dictionary("w", tensor({ count, shape: sizes(count), strides: sizes(1) }));
  const whole = archive(pickled, [{ name: "archive/data/0", data: floats }]);
  const clean = await open(whole);
  for await (const _ of clean.tensors.get("w")!.chunks());
  expect(clean.warnings).toEqual([]);
  // The payload begins with 0 and 1 as floats.
  const start = Buffer.from(whole).indexOf(Buffer.from(floats.subarray(0, 64)));
  for (const place of [0, 1 << 20, (1 << 20) - 1, 2_000_000, floats.byteLength - 1]) {
    const data = whole.slice();
    data[start + place]! ^= 0x10;
    const checkpoint = await open(data);
    for await (const _ of checkpoint.tensors.get("w")!.chunks());
    expect(checkpoint.warnings, `byte ${place}`).toEqual([
      expect.stringMatching(/^m\.pth: archive\/data\/0: the bytes have checksum/),
    ]);
  }
});

test("truncation anywhere: a typed error", async () => {
  const data = archive(dictionary("w", tensor()));
  for (let length = 0; length < data.byteLength; length++) {
    await expect(open(data.subarray(0, length)), `the first ${length} bytes`).rejects.toThrow(FormatError);
  }
});

test("closing closes the source", async () => {
  let closed = 0;
  const source = { ...memorySource(archive(tensor()), "m.pth"), close: async () => void closed++ };
  await (await openCheckpoint(source)).close();
  expect(closed).toBe(1);
});

test("a signal interrupts opening and reading", async () => {
  const data = archive(dictionary("w", tensor()));
  const signal = AbortSignal.abort();
  await expect(openCheckpoint(memorySource(data), { signal })).rejects.toHaveProperty("code", "aborted");
  const checkpoint = await open(data);
  await expect(checkpoint.tensors.get("w")!.read({ signal })).rejects.toHaveProperty("code", "aborted");
});

test("Python's LONG integers as sizes", async () => {
  expect(
    await floats(archive(dictionary("w", tensor({ shape: tuple(long(6n)), strides: tuple(long(1n)) })))),
  ).toHaveLength(6);
});

test("a tensor's entry whose own header has another name: a typed error once it is read", async () => {
  const data = archive(dictionary("w", tensor()), [
    { name: "archive/data/0", data: FLOATS, localName: "archive/data/1" },
  ]);
  const { tensors } = await open(data);
  await expectError(
    () => tensors.get("w")!.read(),
    FormatError,
    'm.pth: archive/data/0: the entry\'s own header names it "archive/data/1"',
  );
});
