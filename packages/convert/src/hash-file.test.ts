import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AbortedError } from "@samoyed/core";
import { expect, test } from "vitest";
import { content, SHA256, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import { hashFile } from "./hash-file.ts";

const folder = useFolder();

test("hashing in another thread", async () => {
  const path = join(folder(), "a");
  await writeFile(path, content);
  expect(await hashFile(path)).toBe(SHA256);
  expect((await errorOf(hashFile(join(folder(), "none")))).message).toContain("cannot be read (ENOENT)");
  expect(await errorOf(hashFile(path, { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
  execFileSync("mkfifo", [join(folder(), "pipe")]);
  expect((await errorOf(hashFile(join(folder(), "pipe")))).message).toContain("is a named pipe; expected a file");
  const controller = new AbortController();
  const pending = hashFile(path, { signal: controller.signal });
  controller.abort();
  expect(await errorOf(pending)).toBeInstanceOf(AbortedError);
});
