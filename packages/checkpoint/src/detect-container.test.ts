import { FormatError, memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../test/expect-error.ts";
import { bytes } from "../test/pickles.ts";
import { openCheckpoint } from "./index.ts";

const PAGE =
  "The download returned a page instead of the file: it may require a login, or the address may be out of date.";
const KNOWN = "Samoyed reads files of torch.save, torch.jit.save and torch.export.save, and safetensors.";

test.each<[string, Uint8Array, string, string?]>([
  ["nothing", bytes(), "m.pth: the file is empty"],
  ["a web page", bytes("\n<!DOCTYPE html>\n<html>…"), "m.pth: a web page, not a checkpoint", PAGE],
  ["a web page with a byte order mark", bytes("\ufeff<HTML>"), "m.pth: a web page, not a checkpoint", PAGE],
  ["a page of XML", bytes('<?xml version="1.0"?><Error>'), "m.pth: a web page, not a checkpoint", PAGE],
  [
    "a Git LFS pointer",
    bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n"),
    "m.pth: a Git LFS pointer, not the file that it refers to",
    "Fetch the file itself with `git lfs pull`.",
  ],
  [
    "an unknown format",
    bytes("\x89HDX\r\n\x1a\n"),
    "m.pth: not a checkpoint that Samoyed supports: it begins with c2 89 48 44 58 0d 0a 1a",
    KNOWN,
  ],
  ["one byte", bytes(7), "m.pth: not a checkpoint that Samoyed supports: it begins with 07", KNOWN],
])("%s", async (_, data, message, hint) => {
  await expectError(() => openCheckpoint(memorySource(data, "m.pth")), FormatError, message, hint);
});

test("any few bytes: a typed error", async () => {
  for (let first = 0; first < 256; first++) {
    await expect(openCheckpoint(memorySource(bytes(first, "PK\x03\x04{}", new Uint8Array(600))))).rejects.toThrow(
      FormatError,
    );
  }
});
