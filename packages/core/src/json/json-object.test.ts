import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { parseJsonObject } from "./json-object.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("an object", () => expect(parseJsonObject(bytes('{"size": 224}'), "config.json")).toEqual({ size: 224 }));

test.each([
  ["a list", bytes("[1]")],
  ["null", bytes("null")],
  ["a number", bytes("1")],
  ["half an object", bytes('{"size": ')],
  ["nothing", bytes("")],
  ["what is not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)],
])("%s is refused, naming the file", (_, data) => {
  const parse = (): unknown => parseJsonObject(data, "config.json");
  expect(parse).toThrow(FormatError);
  expect(parse).toThrow("config.json is not a JSON object");
});
