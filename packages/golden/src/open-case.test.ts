import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeNpy, FormatError, IoError, MismatchError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { doubles, DRIFTED, fakeFiles, floats, LOGITS, withStored } from "../test/fake-case.ts";
import { loadCase, setsOfCase } from "./load-case.ts";
import { measureNoise } from "./noise.ts";
import { openCase } from "./open-case.ts";

test("opens a case with its arrays", async () => {
  const loaded = await openCase(await fakeFiles());
  expect(loaded.recorded).toHaveLength(1);
  expect(loaded.recorded[0]!.values64.shape).toEqual([3, 4]);
  expect(loaded.documented).toEqual([]);
});

test("a widened noise is refused", async () => {
  const files = await fakeFiles({ json: (json) => (json["references"][0].noise.max *= 1.01) });
  await expect(openCase(files)).rejects.toThrow(MismatchError);
  await expect(openCase(files)).rejects.toThrow(/noise\.max is/);
});

describe("images that are not those of the recording are refused", () => {
  const changes: [string, (json: Record<string, any>) => void, RegExp][] = [
    ["one dropped", (json) => [json["images"], json["inputSha256"]].forEach((list) => list.pop()), /has 2 images/],
    ["two exchanged", (json) => [json["images"], json["inputSha256"]].forEach((list) => list.reverse()), /SHA-256/],
    ["another class", (json) => (json["images"][0].label = 1), /SHA-256/],
    ["another input", (json) => (json["inputSha256"][1] = json["inputSha256"][0]), /SHA-256/],
  ];
  test.each(changes)("%s", async (_, change, message) => {
    const stated = JSON.parse(new TextDecoder().decode(await (await fakeFiles()).read("case.json")));
    const files = await fakeFiles({ json: (json) => (change(json), (json["imageSet"] = stated.imageSet)) });
    await expect(openCase(files)).rejects.toThrow(MismatchError);
    await expect(openCase(files)).rejects.toThrow(message);
  });
});

test("noise that no rounding of float32 gives is refused, also where the case states it", async () => {
  const far = LOGITS.map((row) => row.map((value, index) => value + (index === 1 ? 4 * 2 ** -13 : 0)));
  const files = await fakeFiles({
    json: (json) => (json["references"][0].noise = measureNoise(floats(far).data, doubles(LOGITS).data)),
    files: { "logits32.npy": encodeNpy(floats(far)) },
  });
  await expect(openCase(files)).rejects.toThrow(MismatchError);
  await expect(openCase(files)).rejects.toThrow(/differs from float64 by .* where the largest logit is 4; expected/u);
});

test("a folder of another name than the case's is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "case-"));
  try {
    const files = await fakeFiles();
    for (const name of ["case.json", "logits64.npy", "logits32.npy"]) {
      await writeFile(join(folder, name), await files.read(name));
    }
    await expect(loadCase(folder)).rejects.toThrow("the case's name is fake; expected its folder's");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("arrays of the wrong shape or dtype are refused", async () => {
  const wrong: Record<string, Uint8Array>[] = [
    { "logits64.npy": encodeNpy(floats(LOGITS)) },
    { "logits64.npy": encodeNpy(doubles(LOGITS.slice(1))) },
    { "logits32.npy": encodeNpy(doubles(LOGITS)) },
    { "logits32.npy": encodeNpy(floats(LOGITS.slice(1))) },
    { "logits64.npy": new Uint8Array(10) },
  ];
  for (const files of wrong) {
    await expect(openCase(await fakeFiles({ files }))).rejects.toThrow(FormatError);
  }
});

test("NaN in a recording is refused", async () => {
  const rows = LOGITS.map((row) => [...row]);
  rows[1]![2] = Number.NaN;
  await expect(
    openCase(await fakeFiles({ logits: rows, json: (json) => (json["references"][0].noise = { max: 1, rms: 1 }) })),
  ).rejects.toThrow(/noise\.max is 1; the recorded logits have NaN/);
});

test("there must be as many labels as classes", async () => {
  const files = await fakeFiles({ json: (json) => json["labels"].push("triangle") });
  await expect(openCase(files)).rejects.toThrow(/5 labels; the recorded logits have 4 classes/);
});

test("an accuracy that the recorded logits do not give is refused", async () => {
  const labels = LOGITS.map((row) => row.indexOf(Math.max(...row)));
  const stated = (correct: number): Promise<unknown> =>
    fakeFiles({
      json: (json) => {
        labels.forEach((label, image) => (json["images"][image].label = label));
        json["labels"] = ["a", "b", "c", "d"];
        json["accuracy"] = { correct, total: labels.length };
      },
    }).then(openCase);
  await expect(stated(labels.length)).resolves.toBeDefined();
  await expect(stated(labels.length - 1)).rejects.toThrow(/accuracy is 2 of 3; the recorded logits give 3 of 3/);
});

test("recordings of one case have the same classes", async () => {
  const changes = withStored({
    changes: { files: { "logits64.uint8.npy": encodeNpy(doubles(DRIFTED.map((row) => row.slice(1)))) } },
  });
  await expect(openCase(await fakeFiles(changes))).rejects.toThrow(FormatError);
  const narrow = (rows: readonly (readonly number[])[]): number[][] => rows.map((row) => row.slice(1));
  const both = withStored({
    changes: {
      files: {
        "logits64.uint8.npy": encodeNpy(doubles(narrow(DRIFTED))),
        "logits32.uint8.npy": encodeNpy(floats(narrow(DRIFTED))),
      },
      json: (json) =>
        (json["references"][1].noise = measureNoise(floats(narrow(DRIFTED)).data, doubles(narrow(DRIFTED)).data)),
    },
  });
  await expect(openCase(await fakeFiles(both))).rejects.toThrow(
    /logits64\.uint8\.npy has 3 classes; logits64\.npy has 4/,
  );
});

test("a folder without a case is an IoError that names the file", async () => {
  await expect(loadCase("no/such/folder")).rejects.toThrow(IoError);
  await expect(loadCase("no/such/folder")).rejects.toThrow(/no\/such\/folder\/case\.json/);
});

test("a named pipe in place of a case's file is refused at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "samoyed-case-"));
  try {
    execFileSync("mkfifo", [join(folder, "case.json")]);
    for (const load of [loadCase, setsOfCase]) {
      await expect(load(folder)).rejects.toThrow("case.json: is a named pipe; expected a file");
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
