import {
  DTYPES,
  type LazyTensor,
  memorySource,
  ShapeError,
  type Sink,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { exampleTensor, exampleTensors, SAFETENSORS_DTYPES, written } from "../test/examples.ts";
import { expectError } from "../test/expect-error.ts";
import { openCheckpoint, stateDict, writeSafetensors, writeTorchLegacy, writeTorchZip } from "./index.ts";

const WRITERS = [
  ["zip", writeTorchZip, DTYPES],
  ["legacy", writeTorchLegacy, DTYPES],
  ["safetensors", writeSafetensors, SAFETENSORS_DTYPES],
] as const;

describe.each(WRITERS)("%s", (container, write, dtypes) => {
  test("written tensors are read back, and written the same again", async () => {
    const tensors = exampleTensors(dtypes);
    const bytes = await written(write, tensors);
    const checkpoint = await openCheckpoint(memorySource(bytes, "memory"));
    expect(checkpoint.container).toBe(container);
    expect(checkpoint.warnings).toEqual([]);
    const names = tensors.map(({ name }) => name);
    expect([...checkpoint.tensors.keys()]).toEqual(names);
    for (const tensor of tensors) {
      const read = checkpoint.tensors.get(tensor.name)!;
      expect([read.dtype, read.shape]).toEqual([tensor.dtype, tensor.shape]);
      expect(Buffer.compare(await read.read(), await tensor.read())).toBe(0);
    }
    expect([...stateDict(checkpoint).tensors.keys()]).toEqual(names);
    const again = await written(write, [...checkpoint.tensors.values()]);
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  test("no tensors", async () => {
    const checkpoint = await openCheckpoint(memorySource(await written(write, [])));
    expect(checkpoint.tensors.size).toBe(0);
  });

  test("2,000 tensors, in their order", async () => {
    const tensors = Array.from({ length: 2000 }, (_, index) =>
      exampleTensor(`t${index}`, index % 2 ? "float32" : "int64", [index % 3]),
    );
    const checkpoint = await openCheckpoint(memorySource(await written(write, tensors)));
    expect([...checkpoint.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
  });

  test("two tensors with the same name", async () => {
    const tensor = exampleTensor("w", "float32", [1]);
    await expectError(() => written(write, [tensor, tensor]), UsageError, 'two of the tensors to write are named "w"');
  });

  test("a name that is not valid Unicode", async () => {
    await expectError(
      () => written(write, [exampleTensor("a\ud800", "float32", [1])]),
      UsageError,
      'the name "a\\ud800" contains half of a surrogate pair and cannot be written',
    );
  });

  test.each([
    [7, 'tensor "w" float32 [2]: 7 bytes received; expected 8'],
    [9, 'tensor "w" float32 [2]: 9 or more bytes received; expected 8'],
  ])("a tensor that yields %i bytes instead of 8", async (count, message) => {
    const tensor: LazyTensor = {
      ...exampleTensor("w", "float32", [2]),
      async *chunks() {
        yield new Uint8Array(count);
      },
    };
    await expectError(() => written(write, [tensor]), ShapeError, message);
  });

  test("tensors pass through one chunk at a time, and a signal interrupts", async () => {
    const abort = new AbortController();
    let asked = 0;
    const tensor: LazyTensor = {
      name: "w",
      dtype: "uint8",
      shape: [10],
      read: () => expect.unreachable("read at once"),
      async *chunks(options) {
        for (; asked < 10; asked++) {
          options?.signal?.throwIfAborted();
          if (asked === 4) abort.abort(new Error("stop"));
          yield new Uint8Array(1);
        }
      },
    };
    const sink = {
      position: 0,
      write: async (bytes: Uint8Array) => void (sink.position += bytes.byteLength),
    } as Sink & { position: number };
    await expect(write([tensor], sink, { signal: abort.signal })).rejects.toThrow("stop");
    expect(asked).toBe(5);
  });
});

test("safetensors: metadata, aligned data, no dtype without a name in the format", async () => {
  const tensors = [exampleTensor("b", "uint8", [3]), exampleTensor("a", "float64", [2])];
  const metadata = new Map([
    ["format", "pt"],
    ["__proto__", "ä"],
  ]);
  const bytes = await written((list, sink) => writeSafetensors(list, sink, { metadata }), tensors);
  const checkpoint = await openCheckpoint(memorySource(bytes));
  expect(checkpoint.metadata).toEqual(metadata);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + length)).trimEnd()).toBe(
    '{"__metadata__":{"format":"pt","__proto__":"ä"},"b":{"dtype":"U8","shape":[3],"data_offsets":[16,19]},"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}',
  );
  const plain = await written((list, sink) => writeSafetensors(list, sink, { metadata: { format: "pt" } }), tensors);
  expect((await openCheckpoint(memorySource(plain))).metadata).toEqual(new Map([["format", "pt"]]));
  await expectError(
    () => written(writeSafetensors, [exampleTensor("w", "complex128", [1])]),
    UnsupportedError,
    'tensor "w" is complex128, which safetensors cannot store',
  );
});

test("zip: payloads are aligned to 64 bytes", async () => {
  const tensors = exampleTensors();
  const bytes = await written(writeTorchZip, tensors);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const name = new TextEncoder().encode("archive/data/");
  let checked = 0;
  for (let at = Buffer.from(bytes).indexOf(name); at >= 0; at = Buffer.from(bytes).indexOf(name, at + 1)) {
    // The directory repeats the names, after its own headers.
    if (view.getUint32(at - 30, true) === 0x04034b50) {
      expect((at + view.getUint16(at - 4, true) + view.getUint16(at - 2, true)) % 64).toBe(0);
      checked++;
    }
  }
  expect(checked).toBe(tensors.length);
});

test("opening reads only the index, in few reads", async () => {
  const tensors = Array.from({ length: 300 }, (_, index) =>
    exampleTensor(`layer${index}.weight`, "float32", [50, 100]),
  );
  const most = { zip: 10, legacy: 170, safetensors: 3 };
  for (const [container, write] of WRITERS) {
    const source = memorySource(await written(write, tensors));
    let reads = 0;
    let bytes = 0;
    const read: typeof source.read = async (offset, length, options) => {
      reads++;
      bytes += length;
      return source.read(offset, length, options);
    };
    await openCheckpoint({ byteLength: source.byteLength, label: source.label, read });
    expect(reads, container).toBeLessThanOrEqual(most[container]);
    // Legacy files have a count before each storage; those close together are read along with the bytes between them.
    expect(bytes, container).toBeLessThan(source.byteLength * (container === "legacy" ? 1 : 0.05));
  }
});
