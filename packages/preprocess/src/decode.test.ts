import { FormatError, UnsupportedError } from "@samoyed/core";
import { expect, test } from "vitest";

import { readImages, sha256 } from "../test/cases.ts";
import { decodeImage } from "./decode.ts";
import { detectFormat } from "./detect.ts";

function file(start: string): Uint8Array {
  return Uint8Array.from({ length: 40 }, (_, i) => start.charCodeAt(i) || 0);
}

test("formats are told apart", () => {
  for (const [name, format = name.toUpperCase()] of [["jpeg"], ["png"], ["bmp"], ["gif"], ["webp", "WebP"]] as const) {
    const { bytes, case: wanted } = readImages(name)[0]!;
    expect(detectFormat(bytes)).toBe(format);
    expect(sha256(decodeImage(bytes).data)).toBe(wanted[4]);
  }
});

test.each([
  ["TIFF", "II*\0"],
  ["TIFF", "MM\0*"],
  ["AVIF", "\0\0\0\x20ftypavif"],
  ["HEIC", "\0\0\0\x20ftypheic"],
  ["JPEG XL", "\xff\x0a"],
  ["JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n"],
  ["JPEG XL", "\0\0\0\x0cJXL \r\n\x87\n"],
  ["PSD", "8BPS\0\x01"],
  ["ICO", "\0\0\x01\0\x01\0"],
  ["PPM", "P6\n9 9 255\n"],
  ["PPM", "P3 9 9"],
  ["PDF", "%PDF-1.7"],
  ["SVG", "<svg xmlns"],
  ["SVG", "\xef\xbb\xbf<?xml version='1.0'?>\n<svg"],
])("%s is named as not decoded", (format, start) => {
  expect(() => decodeImage(file(start))).toThrow(UnsupportedError);
  expect(() => decodeImage(file(start))).toThrow(
    `${format} images are not decoded; expected JPEG, PNG, WebP, GIF or BMP`,
  );
  expect(() => decodeImage(file(start))).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/Pillow|PIL.*Or decode it elsewhere and give the pixels/) }),
  );
});

test("a file that is not an image is described by its first bytes", () => {
  expect(() => decodeImage(file("hello"))).toThrow(FormatError);
  expect(() => decodeImage(file("hello"))).toThrow(/40 bytes, beginning with 68 65 6c 6c 6f 00 00 00/);
  expect(() => decodeImage(new Uint8Array(0))).toThrow(/0 bytes, beginning with nothing/);
});

test("a web page in place of an image is called that", () => {
  for (const start of ["<!DOCTYPE html>", "\n<html lang=en>"]) {
    expect(() => decodeImage(file(start))).toThrow(/not an image: 40 bytes of a web page/);
  }
});

test("a view into a larger buffer, and Node's Buffer, decode the same", () => {
  for (const name of ["jpeg", "png", "bmp", "gif", "webp"]) {
    const { bytes, case: wanted } = readImages(name)[1]!;
    const larger = new Uint8Array(bytes.length + 20).fill(0xff);
    larger.set(bytes, 7);
    expect(sha256(decodeImage(larger.subarray(7, 7 + bytes.length)).data)).toBe(wanted[4]);
    expect(sha256(decodeImage(Buffer.from(bytes)).data)).toBe(wanted[4]);
  }
});
