import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SHAPES, useWorkplace } from "../test/workplace.ts";
import { convertCheckpoint } from "./convert-checkpoint.ts";
import { convertFile } from "./convert-file.ts";
import { outputFolder } from "./output-folder.ts";

const { folder, openFile } = useWorkplace();
const MODEL = "resnext14_8x16d_c8-16-32-64.tfjs";

/** What an earlier, larger model left: the model.json, and files beside it. */
async function leave(modelJson: unknown, files: readonly string[]): Promise<void> {
  const at = join(folder(), MODEL);
  await mkdir(at, { recursive: true });
  for (const file of files) await writeFile(join(at, file), "old");
  await writeFile(join(at, "model.json"), typeof modelJson === "string" ? modelJson : JSON.stringify(modelJson));
}

async function filesAfter(): Promise<readonly string[]> {
  await convertFile(SHAPES, { outDir: folder(), formats: ["tfjs"] });
  return (await readdir(join(folder(), MODEL))).toSorted();
}

const SHARD = /^group1-shard1of1-[0-9a-f]{12}\.bin$/u;
const OWN = [expect.stringMatching(SHARD), "model.json"];

test("weight files that only the earlier model names are removed", async () => {
  const paths = ["group1-shard1of3.bin", "group1-shard2of3.bin", "group1-shard3of3.bin"];
  await leave({ weightsManifest: [{ paths, weights: [] }] }, paths);
  expect(await filesAfter()).toEqual(OWN);
  // Again: the files that the new model names stay.
  expect(await filesAfter()).toEqual(OWN);
  const [shard] = await readdir(join(folder(), MODEL));
  expect((await readFile(join(folder(), MODEL, shard!))).byteLength).toBeGreaterThan(1000);
});

test("files that it does not name, or that are not named as ours are, stay", async () => {
  await writeFile(join(folder(), "precious.bin"), "old");
  const files = ["group1-shard1of9.bin", "weights.bin", "notes.txt"];
  const paths = ["weights.bin", "notes.txt", "../precious.bin", "group1-shard1of1.bin", "missing.bin", 7];
  await leave({ weightsManifest: [null, { paths }] }, files);
  expect(await filesAfter()).toEqual([
    expect.stringMatching(SHARD),
    "group1-shard1of9.bin",
    "model.json",
    "notes.txt",
    "weights.bin",
  ]);
  expect(await readdir(folder())).toContain("precious.bin");
});

test.each([["{"], ["null"], ["[]"], ['{"weightsManifest":{"paths":["group1-shard1of3.bin"]}}']])(
  "a model.json that is none of ours, %s: nothing is removed",
  async (text) => {
    await leave(text, ["group1-shard1of3.bin"]);
    expect(await filesAfter()).toEqual([OWN[0], "group1-shard1of3.bin", OWN[1]]);
  },
);

test("a conversion that fails removes nothing", async () => {
  const paths = ["group1-shard1of2.bin", "group1-shard2of2.bin"];
  await leave({ weightsManifest: [{ paths, weights: [] }] }, paths);
  const failing = convertFile(SHAPES, { outDir: folder(), formats: ["tfjs"], sourceSha256: "no hash" });
  await expect(failing).rejects.toThrow("SHA-256");
  expect((await readdir(join(folder(), MODEL))).toSorted()).toEqual([...paths, "model.json"]);
});

test("a conversion that ends when its weight files are visible and its model.json is not leaves the old model whole", async () => {
  await convertFile(SHAPES, { outDir: folder(), formats: ["tfjs"] });
  const at = join(folder(), MODEL);
  const old = await readdir(at);
  const read = async (): Promise<readonly Buffer[]> => Promise.all(old.map((file) => readFile(join(at, file))));
  const before = await read();
  const open = outputFolder(folder());
  const source = await openFile(SHAPES);
  const failing = convertCheckpoint(source, {
    formats: ["tfjs"],
    weights: "float16",
    sourceSha256: "0".repeat(64),
    async createSink(file) {
      const sink = await open(file);
      const commit = async (): Promise<void> => Promise.reject(new Error("ended"));
      return file.endsWith("model.json") ? { ...sink, commit } : sink;
    },
  });
  await expect(failing).rejects.toThrow("ended");
  expect(await read()).toEqual(before);
});

test("weight files of a conversion that was killed before its model.json was there are removed, and its unfinished files", async () => {
  await convertFile(SHAPES, { outDir: folder(), formats: ["tfjs"] });
  const at = join(folder(), MODEL);
  const before = (await readdir(at)).toSorted();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const paths = ["group1-shard1of2-0123456789ab.bin", "group1-shard2of2-0123456789ab.bin", before[0]!];
  for (const path of paths.slice(0, 2)) await writeFile(join(at, path), "killed");
  const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
  const unfinished = join(at, `.model.json.${machine}-${pid}-0123456789ab.tmp`);
  await writeFile(unfinished, JSON.stringify({ weightsManifest: [{ paths, weights: [] }] }));
  expect(await filesAfter()).toEqual(before);
});

test("a second file of weights that is named by its bytes takes no other's place, and earlier ones are removed", async () => {
  /** Writes a model as the ONNX writer writes one of more than 2 GiB. */
  const write = async (weights: string, name: string, end = true): Promise<void> => {
    const open = outputFolder(folder());
    const entry = await open("m.onnx");
    const data = await open("m.onnx.data");
    await data.write(new TextEncoder().encode(weights));
    data.rename!(name);
    await entry.write(new TextEncoder().encode(name));
    await data.commit();
    if (end) await entry.commit();
    else await entry.abort();
  };
  for (const other of ["m.onnx.data", "m2.onnx-01234567.data", "m.onnx-0123.data"]) {
    await writeFile(join(folder(), other), "another's");
  }
  await write("old", "m.onnx-0000aaaa.data");
  // Ended when the weights were there and the model was not.
  await write("new", "m.onnx-0000bbbb.data", false);
  expect(await readFile(join(folder(), "m.onnx"), "utf8")).toBe("m.onnx-0000aaaa.data");
  expect(await readFile(join(folder(), "m.onnx-0000aaaa.data"), "utf8")).toBe("old");
  await write("newest", "m.onnx-0000cccc.data");
  expect((await readdir(folder())).toSorted()).toEqual(
    ["m.onnx", "m.onnx-0000cccc.data", "m.onnx-0123.data", "m.onnx.data", "m2.onnx-01234567.data"].toSorted(),
  );
});
