import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileSink } from "./file-sink.ts";
import { findLeftovers } from "./leftovers.ts";
import { sinksInNewFolders } from "./sinks-in-new-folders.ts";
import { machineDigest } from "./temporary-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-core-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const RANDOM = "0123456789ab";
const here = machineDigest();

/** A process number that was in use and is not anymore. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

async function leave(name: string, age = 0): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, "partial");
  const time = new Date(Date.now() - age);
  await utimes(path, time, time);
  return name;
}

async function commitOne(name: string): Promise<void> {
  const sink = await sinksInNewFolders()(join(folder, name));
  await sink.write(Uint8Array.of(1));
  await sink.commit();
}

test("the next file that is finished in the folder removes the files of dead processes, and nothing else", async () => {
  const dead = await deadProcess();
  await leave(`.model.onnx.${here}-${dead}-${RANDOM}.tmp`);
  await leave(`.old.onnx.ffffffff-${dead}-${RANDOM}.tmp`, 25 * 60 * 60 * 1000);
  const kept = [
    await leave(`.alive.onnx.${here}-${process.ppid}-${RANDOM}.tmp`),
    await leave(`.own.onnx.${here}-${process.pid}-${RANDOM}.tmp`),
    await leave(`.elsewhere.onnx.ffffffff-${dead}-${RANDOM}.tmp`),
    await leave(`.model.onnx.${RANDOM}.tmp`, 25 * 60 * 60 * 1000),
    await leave(`model.onnx.${here}-${dead}-${RANDOM}.tmp`),
  ];
  await mkdir(join(folder, `.folder.${here}-${dead}-${RANDOM}.tmp`));
  expect((await findLeftovers(folder)).map(({ name }) => name)).toEqual(["model.onnx", "old.onnx"]);
  await commitOne("one");
  const expected = [...kept, "one", `.folder.${here}-${dead}-${RANDOM}.tmp`];
  expect((await readdir(folder)).sort()).toEqual(expected.sort());
});

test("a file that is discarded removes nothing", async () => {
  const left = await leave(`.model.onnx.${here}-${await deadProcess()}-${RANDOM}.tmp`);
  const sink = await sinksInNewFolders()(join(folder, "one"));
  await sink.abort();
  expect(await readdir(folder)).toEqual([left]);
});

test("the temporary file of a sink has the name of its file, shortened, and of its process", async () => {
  const sink = await fileSink(join(folder, "x".repeat(250)));
  const [name] = await readdir(folder);
  expect(basename(name!)).toMatch(new RegExp(`^\\.x{180}\\.${here}-${process.pid}-[0-9a-f]{12}\\.tmp$`, "u"));
  await sink.abort();
});
