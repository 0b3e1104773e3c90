import { expect, test } from "vitest";
import { FormatError } from "../errors.ts";
import { findSubstitute, refuseSubstitute } from "./substitutes.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n";

test.each([
  ["<!DOCTYPE html>", "web page"],
  ["\n  <html lang=en>", "web page"],
  ["\ufeff<HTML>", "web page"],
  ["<!-- moved --><p>", "web page"],
  ['<?xml version="1.0"?><Error>', "web page"],
  ["<!doctyp", "web page"],
  [POINTER, "Git LFS pointer"],
  ["", undefined],
  ["version 3", undefined],
  ["<graph>", undefined],
  ["PK\u0003\u0004 <html>", undefined],
] as const)("%j: %s", (text, expected) => {
  expect(findSubstitute(bytes(text))).toBe(expected);
});

test("a substitute is refused with an explanation, everything else passes", () => {
  const place = { label: "m.onnx", expected: "an ONNX model" };
  for (const [text, message, hint] of [
    ["<html>", "m.onnx: a web page, not an ONNX model", /login/],
    [POINTER, "m.onnx: a Git LFS pointer, not the file that it refers to", /git lfs pull/],
  ] as const) {
    const refuse = (): void => refuseSubstitute(bytes(text), place);
    expect(refuse).toThrow(FormatError);
    expect(refuse).toThrow(expect.objectContaining({ message, hint: expect.stringMatching(hint) }));
  }
  expect(() => refuseSubstitute(Uint8Array.of(8, 8, 18), place)).not.toThrow();
});
