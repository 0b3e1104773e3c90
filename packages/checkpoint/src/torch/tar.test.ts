import { FormatError, memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, dictionary, global, int, pickle, text, tuple, uint32, uint64 } from "../../test/pickles.ts";
import { openCheckpoint } from "../index.ts";

const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);

/** One tar member: a header with its checksum, and the padded data. */
function member(name: string, data: Uint8Array, options: { size?: string; type?: string } = {}): Uint8Array {
  const header = new Uint8Array(512);
  header.set(bytes(name), 0);
  header.set(bytes(options.size ?? data.byteLength.toString(8).padStart(11, "0")), 124);
  header.set(bytes(" ".repeat(8)), 148);
  header.set(bytes(options.type ?? "0"), 156);
  header.set(bytes("ustar"), 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(bytes(sum.toString(8).padStart(6, "0"), 0), 148);
  return bytes(header, data, new Uint8Array((512 - (data.byteLength % 512)) % 512));
}

interface Spec {
  readonly storages?: Uint8Array;
  readonly tensors?: Uint8Array;
  readonly object?: Uint8Array;
  readonly members?: readonly Uint8Array[];
}

const STORAGE = bytes(pickle(tuple(int(100), text("cpu"), global("torch", "FloatStorage"))), uint64(6), FLOATS);
const STORAGES = bytes(pickle("K", 1), STORAGE, pickle("]"));
const TENSOR = bytes(
  pickle(tuple(int(1), int(100), global("torch", "FloatTensor"))),
  uint32(2),
  uint32(0),
  uint64(3),
  uint64(2),
  uint64(2),
  uint64(1),
  uint64(0),
);

function tar({
  storages = STORAGES,
  tensors = bytes(pickle("K", 1), TENSOR),
  object = dictionary("w", bytes("K", 1, "Q")),
  members,
}: Spec = {}): Uint8Array {
  const all = members ?? [member("storages", storages), member("tensors", tensors), member("pickle", pickle(object))];
  return bytes(...all, new Uint8Array(1024));
}

const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "m.pth"));

test("a file made by hand", async () => {
  const checkpoint = await open(tar());
  expect(checkpoint.container).toBe("tar");
  const tensor = checkpoint.tensors.get("w")!;
  expect([tensor.dtype, tensor.shape]).toEqual(["float32", [3, 2]]);
  expect(await tensor.read()).toEqual(FLOATS);
});

test("keys as digits, extended headers, a prefix of ./", async () => {
  const object = dictionary("w", bytes(text("1"), "Q"));
  const members = [
    member("PaxHeader", bytes("x"), { type: "x" }),
    member("./storages", STORAGES),
    member("./tensors", bytes(pickle("K", 1), TENSOR)),
    member("./pickle", pickle(object)),
  ];
  expect((await open(tar({ members }))).tensors.size).toBe(1);
});

test("a module's class is read as a class", async () => {
  const object = bytes(
    "}(",
    text("m"),
    tuple(global("nets", "Net"), text("nets.py"), text("")),
    "Q",
    text("w"),
    "K",
    1,
    "Q",
    "u",
  );
  expect((await open(tar({ object }))).tensors.size).toBe(1);
});

const CUT = "The file was cut short or is damaged; fetch it again.";
const tensorWith = (...numbers: readonly (number | bigint)[]) =>
  bytes(
    pickle("K", 1),
    pickle(tuple(int(1), int(100), global("torch", "FloatTensor"))),
    uint32(1),
    uint32(0),
    ...numbers.map(uint64),
  );
test.each<[string, Spec, string, string?]>([
  [
    "no pickle",
    { members: [member("storages", STORAGES), member("tensors", pickle("K", 0))] },
    "m.pth: a tar archive without pickle",
    "This tar archive is not a PyTorch checkpoint.",
  ],
  [
    "a duplicate member",
    { members: [member("storages", STORAGES), member("storages", STORAGES)] },
    'm.pth: two tar members are named "storages"',
  ],
  [
    "a member beyond the file",
    { members: [member("storages", STORAGES, { size: "77777777777" })] },
    'm.pth: tar member "storages" states 8589934591 bytes; 1536 are left',
    CUT,
  ],
  [
    "a size that is not a number",
    { members: [member("storages", STORAGES, { size: "many" })] },
    'm.pth: tar member "storages" states no bytes; 1536 are left',
    CUT,
  ],
  [
    "a damaged header",
    { members: [member("storages", STORAGES), new Uint8Array(512).fill(1)] },
    "m.pth: the tar header at byte 1024 is damaged",
  ],
  [
    "too many members",
    { members: Array.from({ length: 65 }, (_, index) => member(`m${index}`, bytes())) },
    "m.pth: a tar archive of more than 64 members; PyTorch writes 3",
  ],
  [
    "a number of storages that is not an integer",
    { storages: pickle("N") },
    "m.pth: storages: the number of storages is None; expected an integer",
  ],
  [
    "a storage of another form",
    { storages: bytes(pickle("K", 1), pickle("N")) },
    "m.pth: storages: storage 0 is described by None; expected a tuple of 3",
  ],
  [
    "a type that is not a storage type",
    { storages: bytes(pickle("K", 1), pickle(tuple(int(1), text("cpu"), global("os", "system")))) },
    "m.pth: storages: storage 0 has the type the global os.system, which is not a storage type",
  ],
  [
    "a storage beyond the member",
    {
      storages: bytes(
        pickle("K", 1),
        pickle(tuple(int(1), text("cpu"), global("torch", "FloatStorage"))),
        uint64(2 ** 40),
      ),
    },
    "m.pth: storages: storage 0 states 1099511627776 elements of torch.FloatStorage; 0 bytes are left",
  ],
  [
    "a negative count",
    {
      storages: bytes(pickle("K", 1), pickle(tuple(int(1), text("cpu"), global("torch", "FloatStorage"))), uint64(-1)),
    },
    "m.pth: storages: storage 0 states -1 elements of torch.FloatStorage; 0 bytes are left",
  ],
  [
    "one key for two storages",
    { storages: bytes(pickle("K", 2), STORAGE, STORAGE, pickle("]")) },
    "m.pth: storages: the key 100 is defined twice",
  ],
  [
    "fewer storages than stated",
    { storages: bytes(pickle("K", 2), STORAGE) },
    `m.pth: storages: storage 1: the pickle at byte ${pickle("K", 1).byteLength + STORAGE.byteLength} continues past the end of the file`,
  ],
  [
    "a view of another form",
    { storages: bytes(pickle("K", 1), STORAGE, pickle("]", tuple(int(1)), "a")) },
    "m.pth: storages: the key is nothing; expected an integer",
  ],
  [
    "views that are not a list",
    { storages: bytes(pickle("K", 1), STORAGE, pickle("N")) },
    "m.pth: storages: the storage views are None; expected a list",
  ],
  [
    "a view of nothing",
    { storages: bytes(pickle("K", 1), STORAGE, pickle("]", tuple(int(1), int(9), int(0), int(1)), "a")) },
    "m.pth: storages: a storage view is a tuple of 4; expected (key, root, offset, count)",
  ],
  [
    "a view past its storage",
    { storages: bytes(pickle("K", 1), STORAGE, pickle("]", tuple(int(1), int(100), int(4), int(3)), "a")) },
    "m.pth: storages: a storage view ends at element 7, past the end of its storage",
  ],
  [
    "a rank beyond the limit",
    {
      tensors: bytes(
        pickle("K", 1),
        pickle(tuple(int(1), int(100), global("torch", "FloatTensor"))),
        uint32(1000),
        uint32(0),
      ),
    },
    "m.pth: tensors: tensor 0 has 1000 axes; expected 0 to 64",
  ],
  [
    "a negative size",
    { tensors: tensorWith(-1, 1, 0) },
    "m.pth: tensors: tensor 0 has sizes, strides and offset -1, 1, 0; expected 0 to 2^53 - 1",
  ],
  [
    "a tensor past its storage",
    { tensors: tensorWith(7, 1, 0) },
    "m.pth: tensors: tensor 0: a tensor of shape [7], strides [1] and offset 0 ends at element 7 of a storage of 6",
  ],
  [
    "a tensor of no storage",
    {
      tensors: bytes(
        pickle("K", 1),
        pickle(tuple(int(1), int(9), global("torch", "FloatTensor"))),
        uint32(0),
        uint32(0),
        uint64(0),
      ),
    },
    "m.pth: tensors: tensor 0 refers to storage the integer 9, which the archive does not contain",
  ],
  [
    "a reference to nothing",
    { object: bytes("K", 9, "Q") },
    "m.pth: pickle: BINPERSID at byte 4 refers to the integer 9, which the archive does not contain",
  ],
  [
    "a reference that is not a key",
    { object: bytes(text("x"), "Q") },
    'm.pth: pickle: BINPERSID at byte 8: the key is the string "x"; expected an integer',
  ],
])("%s: a typed error", async (_, spec, message, hint) => {
  await expectError(() => open(tar(spec)), FormatError, message, hint);
});

test("truncation anywhere before the second block of zeros: a typed error", async () => {
  const data = tar();
  for (let length = 0; length < data.byteLength - 512; length += 7) {
    await expect(open(data.subarray(0, length)), `the first ${length} bytes`).rejects.toThrow(FormatError);
  }
});

test("a header whose checksum does not match: a typed error", async () => {
  const data = tar();
  // The second member's modification time, on which nothing else depends.
  const second = data.indexOf(bytes("tensors")[0]!, 1024);
  expect(second % 512).toBe(0);
  data[second + 140]! ^= 1;
  await expectError(() => open(data), FormatError, `m.pth: the tar header at byte ${second} is damaged`);
  data[second + 140]! ^= 1;
  data[140]! ^= 1;
  await expect(open(data)).rejects.toThrow("not a checkpoint that Samoyed supports");
});
