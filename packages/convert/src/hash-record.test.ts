import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IoError, MismatchError } from "@samoyed/core";
import { beforeEach, expect, test } from "vitest";
import { answer, content, downloadInto, serve, SHA256, type TestServer, useFolder } from "../test/download-server.ts";
import { errorOf } from "../test/error-of.ts";
import { downloadFile } from "./download-file.ts";

const folder = useFolder();
const target = (): string => join(folder(), "cache", "model.pth");
let server: TestServer;

beforeEach(async () => {
  server = await serve((message, response) => answer(message, response));
});

/** A download of what nobody published a hash of. */
function download(): Promise<string> {
  return downloadFile(server.url, { path: target(), env: {} });
}

test("the hash of a file that nobody published one of is kept beside it, as sha256sum writes it", async () => {
  expect(await download()).toBe(SHA256);
  expect(await readFile(`${target()}.sha256`, "utf8")).toBe(`${SHA256}  model.pth\n`);
  expect(await download()).toBe(SHA256);
  expect(server.seen.length).toBe(1);
});

test("one whose hash is published needs no record", async () => {
  await downloadInto(folder(), server.url);
  expect(await readdir(join(folder(), "cache"))).toEqual(["model.pth"]);
});

test("a file that was damaged since is found, and left as it is until somebody deletes it", async () => {
  await download();
  const damaged = content.slice();
  damaged[200_000]! ^= 1;
  await writeFile(target(), damaged);
  const error = await errorOf(download());
  expect(error).toBeInstanceOf(MismatchError);
  expect(error.message).toMatch(new RegExp(`model\\.pth: its SHA-256 is [0-9a-f]{64}; it was ${SHA256} when`, "u"));
  expect(error.hint).toContain("delete it");
  expect(server.seen.length).toBe(1);
  await rm(target());
  expect(await download()).toBe(SHA256);
});

test("a file that was there before records were kept is taken as it is", async () => {
  await download();
  await rm(`${target()}.sha256`);
  await writeFile(target(), "older");
  expect(await download()).toMatch(/^[0-9a-f]{64}$/u);
  expect(server.seen.length).toBe(1);
});

test("a record that cannot be written, or read, is an error", async () => {
  await download();
  await rm(`${target()}.sha256`);
  await mkdir(`${target()}.sha256`);
  expect(await errorOf(download())).toBeInstanceOf(IoError);
  await rm(target());
  expect(await errorOf(download())).toBeInstanceOf(IoError);
});
