import { FormatError, memorySource, parseSafetensorsHeader } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { assemble, changed, fromHeader, parts } from "../test/hand-made.ts";
import { LENGTH_BYTES } from "./limits.ts";
import { parseSmydHeader } from "./parse-header.ts";
import { smydHeaderLength } from "./read-header.ts";
import { readSmydHeader } from "./read-source-header.ts";
import { refuseForeign } from "./refuse-foreign.ts";
import type { SmydFile } from "./types.ts";

const read = (bytes: Uint8Array): Promise<SmydFile> => readSmydHeader(memorySource(bytes, "m.smyd"));

function digestOf(bytes: Uint8Array): string {
  const length = smydHeaderLength(bytes.subarray(0, LENGTH_BYTES))!;
  return parseSafetensorsHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), "m.smyd").metadata.get("digest")!;
}

describe("a file written by hand", () => {
  test("all of its contents", async () => {
    const file = await read(assemble(parts()));
    const { graph, contract, hashed, hashes, dataBytes, dataOffset } = file;
    expect(graph.initializers.get("weight")).toEqual({
      name: "weight",
      dtype: "float32",
      shape: [2, 1, 1, 2],
      layout: "panel8",
      groups: 1,
      storage: "float32",
      offset: 0,
      byteLength: 64,
    });
    expect([...graph.initializers.keys()]).toEqual(["weight", "bias"]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Conv", "Constant", "Add"]);
    expect(graph.nodes[0]!.attributes).toEqual({ kernel_shape: { type: "ints", value: [1, 2] } });
    expect(graph.nodes[1]!.attributes["value"]).toMatchObject({ value: { name: "seven", offset: 128, byteLength: 4 } });
    expect(graph.inputs).toEqual([{ name: "input", dtype: "float32", shape: ["N", 1, 1, 3] }]);
    expect(contract!.model).toBe("tiny.test");
    expect(hashed.map(({ name, offset, byteLength }) => [name, offset, byteLength])).toEqual([
      ["weight", 0, 64],
      ["bias", 64, 8],
      ["seven.value", 128, 4],
    ]);
    expect(hashes).toMatchObject({ offset: 192, byteLength: 24 });
    expect(dataBytes).toBe(216);
    expect(dataOffset % 64).toBe(0);
  });

  test("as a stream: the length, the header, and then the data", () => {
    const bytes = assemble(parts());
    const length = smydHeaderLength(bytes.subarray(0, LENGTH_BYTES))!;
    const { file } = parseSmydHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), "m.smyd");
    expect(file.dataOffset).toBe(LENGTH_BYTES + length);
    expect(file.dataOffset + file.dataBytes).toBe(bytes.byteLength);
  });

  test("another hash of the source does not change the digest", async () => {
    const file = await read(
      changed(({ contract, metadata }) => {
        metadata["digest"] = digestOf(assemble(parts()));
        contract!["source"].sha256 = "cd".repeat(32);
      }),
    );
    expect(file.contract!.source!.sha256).toBe("cd".repeat(32));
  });

  test("a model that Samoyed did not convert from a checkpoint has no contract", async () => {
    expect(await read(changed((file) => (file.contract = undefined)))).not.toHaveProperty("contract");
  });

  test("numbers that JSON cannot write, and negative ones", async () => {
    const { graph } = await read(
      changed((file) => {
        file.graph["nodes"][2].attributes = {
          a: { type: "floats", value: ["NaN", "Infinity", "-Infinity", "-0", 1e-5] },
          b: { type: "ints", value: [-1, 0] },
          c: { type: "strings", value: ["x", ""] },
        };
      }),
    );
    expect(graph.nodes[2]!.attributes).toEqual({
      a: { type: "floats", value: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-5] },
      b: { type: "ints", value: [-1, 0] },
      c: { type: "strings", value: ["x", ""] },
    });
  });
});

const DAMAGED = "The file is damaged; fetch it again.";
const CUT = "The file was cut short; fetch it again.";

describe("other files", () => {
  test("a checkpoint in safetensors", async () => {
    const checkpoint = fromHeader('{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', new Uint8Array(1));
    await expect(read(checkpoint)).rejects.toMatchObject({
      name: "FormatError",
      message: `m.smyd: a safetensors file, not a .smyd model: its metadata's "format" is missing`,
      hint: "A checkpoint becomes a model with: samoyed convert FILE --to smyd.",
    });
    await expect(read(changed(({ metadata }) => (metadata["format"] = "pt")))).rejects.toThrow('"format" is "pt"');
  });

  test("a later version: a hint, whatever else the file contains", async () => {
    const later = changed((file) => {
      file.metadata["version"] = "3";
      file.metadata["codebook"] = "new";
      file.graph = { layers: [] };
    });
    await expect(read(later)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: "m.smyd: version 3 of .smyd; this Samoyed reads up to version 2",
      hint: "Update Samoyed.",
      details: { version: 3 },
    });
  });

  test("a version of any length is a later one", async () => {
    const later = changed(({ metadata }) => (metadata["version"] = "99999999999999999999"));
    await expect(read(later)).rejects.toThrow(
      "version 99999999999999999999 of .smyd; this Samoyed reads up to version 2",
    );
  });

  test("in version 2, another operator set than that of canonical graphs, and tensors among attributes", async () => {
    const version2 = (opset: number, hasTensor: boolean): Uint8Array =>
      changed(({ metadata, graph }) => {
        metadata["version"] = "2";
        graph["opset"] = opset;
        if (!hasTensor) graph["nodes"][1].attributes = {};
      });
    await expect(read(version2(16, false))).rejects.toThrow(
      'm.smyd: the graph: "opset" is 16; expected 17 in version 2',
    );
    await expect(read(version2(17, true))).rejects.toThrow('attribute "value": "type" is "tensor"; expected one of');
  });

  test.each([5, 29, 9999])("in version 1, operator set %d is not supported", async (opset) => {
    const other = changed(({ graph }) => (graph["opset"] = opset));
    await expect(read(other)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: `m.smyd: the graph uses operator set ${opset}; this Samoyed supports 6 to 28`,
    });
  });

  test.each(["", "one", "-1", "1.0", "01", "0"])("version %j is invalid", async (version) => {
    await expect(read(changed(({ metadata }) => (metadata["version"] = version)))).rejects.toThrow(
      `the metadata's "version" is "${version}"; expected a number`,
    );
  });

  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  test.each<[string, Uint8Array, string]>([
    [
      "ONNX",
      Uint8Array.of(8, 8, 18, 7, 115, 97, 109, 111, 121),
      "not a .smyd file: it begins with 08 08 12 07 73 61 6d 6f",
    ],
    [
      "a JPEG",
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70),
      "not a .smyd file: it begins with ff d8 ff e0",
    ],
    ["a zip archive", text("PK\u0003\u0004\0\0\b\b\0\0"), "not a .smyd file: it begins with 50 4b 03 04"],
    ["a text", text("not a model\n"), "not a .smyd file: it begins with 6e 6f 74 20 61 20 6d 6f"],
    ["fewer bytes than a length", text("abc"), "not a .smyd file: it begins with 61 62 63"],
    ["a length of 0", new Uint8Array(100), "not a .smyd file: it begins with 00 00 00 00 00 00 00 00"],
    ["a web page", text("<!doctype html><title>Sign in</title>"), "a web page, not a .smyd model"],
    ["a Git LFS pointer", text("version https://git-lfs.github.com/spec/v1\noid"), "a Git LFS pointer, not the file"],
    ["nothing", new Uint8Array(), "the file is empty"],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(FormatError);
    await expect(read(bytes)).rejects.toThrow(`m.smyd: ${message}`);
  });

  test("a stream of which only the length has been read", () => {
    for (const [head, message] of [
      ["<!DOCTYP", "m.smyd: a web page, not a .smyd model"],
      ["not a mo", "m.smyd: not a .smyd file"],
    ] as const) {
      expect(smydHeaderLength(text(head))).toBeUndefined();
      expect(() => refuseForeign(text(head), "m.smyd")).toThrow(message);
    }
  });

  test("a header beyond the cap", async () => {
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setBigUint64(0, BigInt((32 << 20) + 1), true);
    await expect(read(bytes)).rejects.toThrow("a safetensors header of 33554433 bytes; expected 1 to 33554432");
  });

  test("cut anywhere: a typed error", async () => {
    const bytes = assemble(parts());
    for (let length = 0; length < bytes.byteLength; length++) {
      await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(FormatError);
    }
    await expect(read(bytes.subarray(0, -1))).rejects.toMatchObject({ hint: CUT });
    await expect(read(new Uint8Array([...bytes, 0]))).rejects.toMatchObject({ hint: DAMAGED });
  });

  test("data at a wrong offset", async () => {
    const bytes = assemble(parts());
    const length = smydHeaderLength(bytes.subarray(0, LENGTH_BYTES))!;
    const end = LENGTH_BYTES + length;
    const shifted = new Uint8Array([...bytes.subarray(0, end), 0x20, ...bytes.subarray(end)]);
    new DataView(shifted.buffer).setBigUint64(0, BigInt(length + 1), true);
    await expect(read(shifted)).rejects.toThrow(`the data begins at byte ${end + 1}; expected a multiple of 64`);
  });
});
