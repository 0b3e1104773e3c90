import {
  type ByteSource,
  lazyFromChunks,
  lazyTensor,
  type LazyTensor,
  memorySink,
  memorySource,
  ShapeError,
  type Sink,
  UnsupportedError,
  UsageError,
} from "@samoyed/core";
import { createBuilder } from "@samoyed/graph";
import { type Graph, int } from "@samoyed/ir";
import { anyTensor, weight } from "@samoyed/test-support/tensors";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { describe, expect, test } from "vitest";
import { CONTRACT, fromBytes, toBytes } from "../test/files.ts";
import { contractNetwork, smallNetwork } from "../test/graphs.ts";
import { MAX_MODEL_BYTES, onnxByteLength, readOnnx, writeOnnx } from "./index.ts";

function graphWith(tensor: LazyTensor): Graph {
  const builder = createBuilder({ name: "one" });
  builder.output(builder.node("Identity", [builder.initializer(tensor)], { name: "out" }));
  return builder.finish();
}

/** Yields the same bytes in pieces of the given sizes, cyclically; the buffer is reused, as a file reader may do. */
function inPieces(tensor: LazyTensor, sizes: readonly number[]): LazyTensor {
  return lazyFromChunks(tensor, async function* () {
    const bytes = await tensor.read();
    const buffer = new Uint8Array(Math.max(...sizes));
    for (let at = 0, index = 0; at < bytes.byteLength; index++) {
      const piece = bytes.subarray(at, at + sizes[index % sizes.length]!);
      buffer.set(piece);
      yield buffer.subarray(0, piece.byteLength);
      buffer.fill(0xaa);
      at += piece.byteLength;
    }
  });
}

describe("streaming", () => {
  const large = weight("large", [900, 1000]);

  test.each([[[1_000_003]], [[7]], [[1 << 20]], [[1, 4095, 1 << 20, 3]]])(
    "pieces of %j give the same file",
    async (sizes) => {
      const whole = await toBytes(graphWith(large));
      expect(Buffer.compare(await toBytes(graphWith(inPieces(large, sizes))), whole)).toBe(0);
    },
  );

  test("the sink gets few large writes, and never two at once", async () => {
    const sizes: number[] = [];
    let busy = false;
    const inner = memorySink();
    const sink: Sink = {
      ...inner,
      get position() {
        return inner.position;
      },
      async write(bytes) {
        expect(busy).toBe(false);
        busy = true;
        sizes.push(bytes.byteLength);
        await new Promise((resolve) => setTimeout(resolve, 1));
        await inner.write(bytes);
        busy = false;
      },
    };
    await writeOnnx(graphWith(inPieces(large, [1000])), { sink });
    await sink.commit();
    const whole = await toBytes(graphWith(large));
    expect(Buffer.compare(inner.bytes(), whole)).toBe(0);
    expect(sizes.slice(0, -1).every((size) => size === 1 << 20)).toBe(true);
    expect(sizes).toHaveLength(Math.ceil(whole.byteLength / (1 << 20)));
  });

  test("the same graph gives the same bytes, contract included", async () => {
    const first = await toBytes(contractNetwork(), { contract: CONTRACT });
    const shuffled = { ...CONTRACT, model: CONTRACT.model };
    expect(await toBytes(contractNetwork(), { contract: shuffled })).toEqual(first);
    expect(first.byteLength).toBe(onnxByteLength(contractNetwork(), { contract: CONTRACT }));
    expect(await toBytes(smallNetwork())).not.toEqual(first);
  });

  test("the source's hash is at the offset that the writer returns", async () => {
    const sha256 = "0123456789abcdef".repeat(4);
    for (const external of [undefined, { name: "m.onnx.data", sink: memorySink() }]) {
      const sink = memorySink();
      const options = { sink, contract: CONTRACT, ...(external && { external }) };
      const { sourceHashOffset } = await writeOnnx(contractNetwork(), options);
      await sink.patch(sourceHashOffset!, new TextEncoder().encode(sha256));
      await sink.commit();
      await external?.sink.commit();
      const resolve = async (): Promise<ByteSource> => memorySource(external!.sink.bytes());
      const { contract } = await readOnnx(memorySource(sink.bytes()), { resolve });
      expect(contract).toEqual({ ...CONTRACT, source: { ...CONTRACT.source!, sha256 } });
    }
    expect(await writeOnnx(smallNetwork(), { sink: memorySink() })).toEqual({ sourceHashOffset: undefined });
  });

  test("the sink is left to the caller: neither committed nor aborted", async () => {
    const sink = memorySink();
    await writeOnnx(smallNetwork(), { sink });
    expect(() => sink.bytes()).toThrow("it is open");
  });
});

describe("tensors with the wrong number of bytes", () => {
  test.each([
    [11, 'tensor "w" float32 [3]: 11 bytes received; expected 12'],
    [0, 'tensor "w" float32 [3]: 0 bytes received; expected 12'],
    [13, 'tensor "w" float32 [3]: 13 or more bytes received; expected 12'],
  ])("%d bytes of 12", async (length, message) => {
    const liar = lazyFromChunks({ name: "w", dtype: "float32", shape: [3] }, async function* () {
      yield new Uint8Array(length);
    });
    const writing = writeOnnx(graphWith(liar), { sink: memorySink() });
    await expect(writing).rejects.toThrow(message);
    await expect(writing).rejects.toBeInstanceOf(ShapeError);
  });

  test("an endless tensor is stopped", async () => {
    const endless = lazyFromChunks({ name: "w", dtype: "uint8", shape: [3] }, async function* () {
      for (;;) yield new Uint8Array(1 << 20);
    });
    await expect(writeOnnx(graphWith(endless), { sink: memorySink() })).rejects.toThrow(
      "1048576 or more bytes received; expected 3",
    );
  });
});

describe("failures", () => {
  test("a full disk is reported, after all writes have ended", async () => {
    let writes = 0;
    const sink: Sink = {
      ...memorySink(),
      position: 0,
      write: async () => {
        writes++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        throw new Error("ENOSPC");
      },
    };
    await expect(writeOnnx(graphWith(weight("large", [2000, 1000])), { sink })).rejects.toThrow("ENOSPC");
    expect(writes).toBe(1);
  });

  test("a failing source is reported after the pending write has ended", async () => {
    let busy = false;
    const sink: Sink = {
      ...memorySink(),
      position: 0,
      write: async () => {
        busy = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        busy = false;
      },
    };
    const broken = lazyFromChunks({ name: "w", dtype: "uint8", shape: [1 << 22] }, async function* () {
      yield new Uint8Array(1 << 21);
      throw new Error("EIO");
    });
    await expect(writeOnnx(graphWith(broken), { sink })).rejects.toThrow("EIO");
    expect(busy).toBe(false);
  });

  test.each([
    ["input", { input: "pixels" }, "pixels"],
    ["output", { output: "logits9" }, "logits9"],
    ["tap", { taps: ["layer9"] }, "layer9"],
  ])("a contract whose %s the graph lacks is refused before anything is written", async (_, own, name) => {
    const sink = memorySink();
    const contract = { ...CONTRACT, ...own };
    const written = writeOnnx(contractNetwork(), { sink, contract });
    await expect(written).rejects.toThrow(`the contract names "${name}"; the graph has no such input or output`);
    await expect(written).rejects.toThrow(UsageError);
    expect(sink.position).toBe(0);
  });

  test("an aborted signal stops it", async () => {
    const signal = AbortSignal.abort();
    await expect(writeOnnx(graphWith(weight("w", [10])), { sink: memorySink(), signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});

describe("graphs that ONNX cannot express", () => {
  const base = smallNetwork();
  test.each([
    [
      "complex32",
      { ...base, initializers: new Map([["w", anyTensor("w", "complex32", [1])]]) },
      'tensor "w" is complex32; ONNX has no such element type',
    ],
    [
      "float8 before operator set 19",
      { ...base, initializers: new Map([["w", anyTensor("w", "float8_e4m3fn", [1])]]) },
      'tensor "w" is float8_e4m3fn at operator set 17; ONNX has it from 19 on',
    ],
    ["operator set 5", { ...base, opset: 5 }, 'graph "small" uses operator set 5; sets 6 to 28 are handled'],
    ["operator set 29", { ...base, opset: 29 }, 'graph "small" uses operator set 29; sets 6 to 28 are handled'],
  ])("%s", async (_, graph, message) => {
    const writing = writeOnnx(graph, { sink: memorySink() });
    await expect(writing).rejects.toThrow(message);
    await expect(writing).rejects.toBeInstanceOf(UnsupportedError);
  });

  test("an integer that a double cannot represent, and half a surrogate pair", async () => {
    const node = { ...base.nodes[0]!, attributes: { group: int(2 ** 53) } };
    await expect(toBytes({ ...base, nodes: [node] })).rejects.toThrow(
      'node "conv1" (Conv): attribute "group" is 9007199254740992; expected an integer of at most 2^53 - 1',
    );
    await expect(toBytes({ ...base, name: "a\ud800" })).rejects.toThrow(
      'the graph\'s name "a\\ud800" has half of a surrogate pair; UTF-8 cannot express it',
    );
  });

  test("a model above 2 GiB without an external file, before anything is written", async () => {
    const huge = lazyFromChunks({ name: "huge", dtype: "float32", shape: [2 ** 29] }, async function* () {
      throw new Error("must not be read");
    });
    const sink = memorySink();
    const graph = graphWith(huge);
    expect(onnxByteLength(graph)).toBeGreaterThan(MAX_MODEL_BYTES);
    const writing = writeOnnx(graph, { sink });
    await expect(writing).rejects.toThrow(
      `graph "one": the model takes ${onnxByteLength(graph)} bytes; an ONNX file has at most 2147483647`,
    );
    await expect(writing).rejects.toMatchObject({
      code: "unsupported",
      hint: "Pass `external`, so that the weights go into a second file.",
    });
    expect(sink.position).toBe(0);
  });
});

describe("versions", () => {
  test.each([
    [13, 8],
    [17, 8],
    [18, 8],
    [19, 9],
    [21, 10],
    [23, 11],
    [24, 12],
    [25, 13],
    [27, 13],
    [28, 14],
  ])("operator set %d is written as IR version %d", async (opset, irVersion) => {
    const bytes = await toBytes({ ...dtypeGraph("float32"), opset });
    expect([...bytes.subarray(0, 2)]).toEqual([8, irVersion]);
    expect((await fromBytes(bytes)).graph.opset).toBe(opset);
  });

  test("the producer's version is that of the contract's generator", async () => {
    const text = new TextDecoder().decode((await toBytes(contractNetwork(), { contract: CONTRACT })).subarray(0, 30));
    expect(text).toContain("\u0012\u0007samoyed\u001a\u00050.1.2");
    expect(new TextDecoder().decode((await toBytes(smallNetwork())).subarray(0, 30))).toContain("\u0012\u0007samoyed:");
  });
});

test("a weight's name is its key in the map: the tensor's own name is not written", async () => {
  const graph = graphWith(lazyTensor("w", { dtype: "uint8", shape: [1], data: Uint8Array.of(7) }));
  expect([...(await fromBytes(await toBytes(graph))).graph.initializers.keys()]).toEqual(["w"]);
});
