import { FormatError, memorySource, readTensor, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import {
  bytes,
  dictionary,
  global,
  int,
  pickle,
  storage,
  tensor,
  text,
  tuple,
  uint32,
  uint64,
} from "../../test/pickles.ts";
import { isMap, openCheckpoint, stateDict } from "../index.ts";

const MAGIC = pickle(0x8a, 10, Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19));
const HEAD = bytes(MAGIC, pickle("M", 0xe9, 0x03), pickle("}"));
const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);
const STORAGE = bytes(HEAD, pickle(storage({ rest: bytes("N") })), pickle("]", text("0"), "a"), uint64(6), FLOATS);

const raw = (data: Uint8Array) => bytes("B", uint32(data.byteLength), data);
const load = (data: Uint8Array) => bytes(global("torch.storage", "_load_from_bytes"), tuple(raw(data)), "R");
const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.pkl"));
const weight = (data: Uint8Array) => pickle(dictionary("w", tensor({ storage: load(data) })));

test("a state dict written with pickle", async () => {
  const checkpoint = await open(weight(STORAGE));
  expect([checkpoint.container, checkpoint.warnings]).toEqual(["pickle", []]);
  expect((await readTensor(stateDict(checkpoint).tensors.get("w")!)).data[5]).toBe(5);
});

test("one storage of several tensors is read once", async () => {
  const shared = bytes("}(", text("a"), tensor({ storage: bytes(load(STORAGE), "q", 7) }), text("b"));
  const { tensors } = await open(pickle(shared, tensor({ storage: bytes("h", 7) }), "u"));
  expect([...tensors.keys()]).toEqual(["a", "b"]);
});

test("bytes after the pickle are a warning", async () => {
  const { warnings } = await open(bytes(weight(STORAGE), "more"));
  expect(warnings).toEqual(["4 bytes follow the pickle; they are not read."]);
});

test("elsewhere, the call is described", async () => {
  const { root } = await open(bytes(HEAD, pickle(dictionary("s", load(STORAGE))), pickle("]")));
  expect(isMap(root) && root.get("s")).toMatchObject({ global: "torch.storage._load_from_bytes" });
});

test.each<[string, Uint8Array, typeof FormatError | typeof UnsupportedError, RegExp]>([
  ["no legacy file", bytes("PK"), UnsupportedError, /a storage that is not in the format of torch\.save before 1\.6$/],
  ["another magic number", pickle("K", 1), UnsupportedError, /not in the format of torch\.save before 1\.6$/],
  ["cut in the object", STORAGE.subarray(0, HEAD.byteLength + 9), FormatError, /continues past the end|are left/],
  ["cut in the bytes", STORAGE.subarray(0, -1), FormatError, /the storages end at byte \d+; the file has \d+$/],
  ["another count", bytes(STORAGE.subarray(0, -32), uint64(5), FLOATS), FormatError, /states 5 elements/],
  ["a storage in a storage", bytes(HEAD, pickle(load(STORAGE)), pickle("]")), FormatError, /a storage is an object of/],
  ["a dictionary", bytes(HEAD, pickle("}"), pickle("]")), FormatError, /: a storage is a dictionary$/],
])("a storage with %s: a typed error", async (_, data, type, message) => {
  const opening = open(weight(data));
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toThrow(type);
});

test("joblib's files are named", async () => {
  const wrapper = bytes(global("joblib.numpy_pickle", "NumpyArrayWrapper"), ")", 0x81, "}b");
  await expectError(
    () => open(bytes(0x80, 4, wrapper, 0xff, FLOATS)),
    UnsupportedError,
    "m.pkl: a file of joblib, which is not supported",
    "In Python, load it with joblib and save the state dict with torch.save.",
  );
});

test("arrays of Python 2, whose bytes are strings", async () => {
  const dtype = bytes(
    global("numpy", "dtype"),
    tuple(bytes("U", 2, "f4"), int(0), int(1)),
    "R",
    tuple(int(3), bytes("U", 1, "<"), bytes("NNN"), int(-1), int(-1), int(0)),
    "b",
  );
  const array = (...content: readonly number[]): Uint8Array =>
    bytes(
      global("numpy.core.multiarray", "_reconstruct"),
      tuple(global("numpy", "ndarray"), tuple(int(0)), bytes("U", 1, "b")),
      "R",
      tuple(int(1), tuple(int(1)), dtype, bytes(0x89), bytes("U", 4, ...content)),
      "b",
    );
  const { tensors } = await open(
    pickle(
      "}(",
      text("zero"),
      array(0, 0, 0, 0),
      text("half"),
      array(0, 0, 0, 0x3f),
      text("odd"),
      array(0, 0, 0x80, 0xbf),
      "u",
    ),
  );
  const value = async (name: string) => (await readTensor(tensors.get(name)!)).data[0];
  expect([await value("zero"), await value("half"), await value("odd")]).toEqual([0, 0.5, -1]);
});
