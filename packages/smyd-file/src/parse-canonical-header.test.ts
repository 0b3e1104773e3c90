import { expect, test } from "vitest";
import { assemble, changed, fromHeader, parts } from "../test/hand-made.ts";
import { LENGTH_BYTES } from "./limits.ts";
import { parseCanonicalHeader } from "./parse-canonical-header.ts";
import { parseSmydHeader } from "./parse-header.ts";
import { smydHeaderLength } from "./read-header.ts";

function headerOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + smydHeaderLength(bytes)!);
}

test("a header as Samoyed writes it is read as by parseSmydHeader", () => {
  const header = headerOf(assemble(parts()));
  expect(parseCanonicalHeader(header, "m.smyd")!.file).toEqual(parseSmydHeader(header, "m.smyd").file);
  const { checkDigest } = parseCanonicalHeader(header, "m.smyd")!;
  expect(() => checkDigest(() => 7n)).toThrow(/^m\.smyd: the metadata's "digest" is/);
});

test("damage, and JSON that is written otherwise, are left to parseSmydHeader", () => {
  const damaged = headerOf(changed(({ graph }) => (graph["opset"] = -1)));
  expect(parseCanonicalHeader(damaged, "m.smyd")).toBeUndefined();
  expect(() => parseSmydHeader(damaged, "m.smyd")).toThrow(/"opset" is -1/);
  const text = new TextDecoder().decode(headerOf(assemble(parts())));
  const spaced = headerOf(fromHeader(text.trimEnd().replace(":", ": "), parts().data));
  expect(parseCanonicalHeader(spaced, "m.smyd")).toBeUndefined();
  expect(parseSmydHeader(spaced, "m.smyd").file.graph.nodes).toHaveLength(3);
});
