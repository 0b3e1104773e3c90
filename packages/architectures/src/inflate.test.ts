import { deflateRawSync } from "node:zlib";
import { FormatError } from "@samoyed/core";
import { describe, expect, it } from "vitest";
import { inflateArchitectureData as inflateInBrowser } from "./inflate.ts";
import { inflateArchitectureData as inflateInNode } from "./inflate-node.ts";

const PLAIN = new Uint8Array(100_000).map((_, index) => index % 251);
const PACKED = new Uint8Array(deflateRawSync(PLAIN));
const options = { label: "some.deflate", maxBytes: PLAIN.length };

describe.each([
  ["in Node", inflateInNode],
  ["in browsers", inflateInBrowser],
])("%s", (_, inflate) => {
  it("decompresses up to a size", async () => {
    expect(await inflate(PACKED, options)).toEqual(PLAIN);
    await expect(inflate(PACKED, { ...options, maxBytes: PLAIN.length - 1 })).rejects.toThrow(
      "some.deflate is damaged: it decompresses to more than 99999 bytes",
    );
  });

  it("refuses bytes that are damaged or cut short", async () => {
    const damaged = Uint8Array.from(PACKED, (byte, index) => (index === 0 ? 0xff : byte));
    for (const bytes of [damaged, PACKED.slice(0, -9), new Uint8Array(0)]) {
      await expect(inflate(bytes, options)).rejects.toBeInstanceOf(FormatError);
    }
  });
});
