import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sinksInNewFolders } from "./sinks-in-new-folders.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-core-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const everything = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).sort();
const listeners = (): number => process.listenerCount("SIGINT") + process.listenerCount("exit");

test("new folders stay when something in them was committed", async () => {
  const open = sinksInNewFolders();
  const sinks = [await open(join(folder, "a", "b", "one")), await open(join(folder, "a", "two"))];
  for (const sink of sinks) {
    await sink.write(Uint8Array.of(1));
    await sink.commit();
    await sink.abort();
  }
  expect(await everything()).toEqual(["a", "a/b", "a/b/one", "a/two"]);
});

test("new folders are removed when the last sink in them is aborted; others stay", async () => {
  const before = listeners();
  await mkdir(join(folder, "mine"));
  const open = sinksInNewFolders();
  const one = await open(join(folder, "mine", "a", "one"));
  const two = await open(join(folder, "mine", "a", "b", "two"));
  await one.abort();
  expect(await everything()).toContain("mine/a/b");
  await two.abort();
  await two.abort();
  expect(await everything()).toEqual(["mine"]);
  expect(listeners()).toBe(before);
});

test("a folder that contains another program's file stays", async () => {
  const before = listeners();
  const sink = await sinksInNewFolders()(join(folder, "a", "b", "one"));
  await writeFile(join(folder, "a", "theirs"), "");
  await sink.abort();
  expect(await everything()).toEqual(["a", "a/theirs"]);
  expect(listeners()).toBe(before);
});

test("a sink that cannot be opened, or committed, leaves no folder", async () => {
  const open = sinksInNewFolders();
  await expect(open(join(folder, "a", "b", "x".repeat(300)))).rejects.toHaveProperty("code", "io");
  expect(await everything()).toEqual([]);
  const sink = await open(join(folder, "c", "out"));
  await mkdir(join(folder, "c", "out"));
  await expect(sink.commit()).rejects.toHaveProperty("code", "io");
  await rm(join(folder, "c", "out"), { recursive: true });
  await sink.abort();
  expect(await everything()).toEqual([]);
});

test.each(["process.exit(0)", "process.kill(process.pid, 'SIGTERM')"])("a process that ends by %s", async (end) => {
  const script = `
    const { sinksInNewFolders } = await import(${JSON.stringify(new URL("../../dist/node.js", import.meta.url).href)});
    const open = sinksInNewFolders();
    const done = await open(process.argv[1] + "/done/file");
    await done.commit();
    await (await sinksInNewFolders()(process.argv[1] + "/a/b/out")).write(new Uint8Array(1000));
    ${end}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, folder]);
  await new Promise((resolve) => child.once("exit", resolve));
  expect(await everything()).toEqual(["done", "done/file"]);
});
