import { readTensor, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { FIXTURES, fixtureSource, resolveFixture, toHex } from "../test/fixtures.ts";
import { isInertRecord, isMap, openCheckpoint, stateDict } from "./index.ts";

const open = (file: string) => openCheckpoint(fixtureSource(file), { resolve: resolveFixture });

test("there is a fixture of every container", () => {
  const containers = new Set(FIXTURES.map(({ container }) => container));
  expect([...containers].sort()).toEqual(["legacy", "pt2", "safetensors", "sharded", "tar", "torchscript", "zip"]);
});

describe.each(FIXTURES)("$file, written by PyTorch", (fixture) => {
  test("has the expected container, names and order", async () => {
    const checkpoint = await open(fixture.file);
    expect(checkpoint.container).toBe(fixture.container);
    expect(checkpoint.warnings).toEqual([]);
    const names = [...checkpoint.tensors.keys()];
    const expected = Object.keys(fixture.tensors);
    if (fixture.subset === true) {
      expect(names).toEqual(expect.arrayContaining(expected));
    } else {
      expect(names.filter((name) => name !== "zeros")).toEqual(expected);
    }
  });

  test("has PyTorch's bytes, read whole and in chunks", async () => {
    const { tensors } = await open(fixture.file);
    for (const [name, expected] of Object.entries(fixture.tensors)) {
      const tensor = tensors.get(name)!;
      expect(tensor.name).toBe(name);
      if (expected === "unsupported") {
        await expect(tensor.read()).rejects.toThrow(UnsupportedError);
        await expect(tensor.chunks()[Symbol.asyncIterator]().next()).rejects.toThrow(UnsupportedError);
        continue;
      }
      expect([name, tensor.dtype, tensor.shape]).toEqual([name, expected.dtype, expected.shape]);
      expect([name, toHex(await tensor.read())]).toEqual([name, expected.hex]);
      let chunked = "";
      for await (const chunk of tensor.chunks()) {
        chunked += toHex(chunk);
      }
      expect([name, chunked]).toEqual([name, expected.hex]);
    }
  });
});

test.each(FIXTURES.filter(({ unwrapped }) => unwrapped))("$file unwraps as in timm", async (fixture) => {
  const { unwrapped, tensors } = stateDict(await open(fixture.file));
  expect(unwrapped).toEqual(fixture.unwrapped);
  const expected = Object.keys(fixture.tensors).filter((name) => name.startsWith("state_dict."));
  const stripped = expected.map((name) => name.replace(/^state_dict\.(module\.)?/, ""));
  expect([...tensors.keys()].toSorted()).toEqual(stripped.toSorted());
});

test("reading does not change the source's bytes", async () => {
  for (const fixture of FIXTURES.filter(({ container }) => container !== "sharded")) {
    const source = fixtureSource(fixture.file);
    const before = (await source.read(0, source.byteLength)).slice();
    const { tensors } = await openCheckpoint(source);
    for (const [name, tensor] of tensors) {
      if (fixture.tensors[name] !== "unsupported") {
        const bytes = await tensor.read();
        bytes.fill(0xaa);
      }
    }
    expect(await source.read(0, source.byteLength)).toEqual(before);
  }
});

test("plain values beside the tensors", async () => {
  for (const file of ["zip.pth", "legacy.pth"]) {
    const { root } = await open(file);
    const get = (key: string) => (isMap(root) ? root.get(key) : undefined);
    expect(get("epoch")).toBe(90);
    expect(get("learning rate")).toBe(0.1);
    expect(get("large")).toBe(2n ** 70n);
    expect(get("negative")).toBe(-(2 ** 40));
    expect(get("none")).toBe(null);
    expect(get("flags")).toEqual([true, false]);
    expect(get("size")).toEqual([1, 2]);
    expect(get("device")).toEqual({ kind: "inert", global: "torch.device", args: ["cuda", 1] });
    expect(get("dtype")).toEqual({ kind: "inert", global: "torch.bfloat16", args: [] });
    expect(get("text")).toBe("größe 重み \u{1f415}");
  }
});

test("objects left by training scripts are described, not created", async () => {
  for (const file of ["zip-training.pth", "legacy-training.pth"]) {
    const { root } = await open(file);
    const get = (key: string) => (isMap(root) ? root.get(key)! : null);
    const args = get("args");
    expect(isInertRecord(args) && args.global).toBe("argparse.Namespace");
    expect(isInertRecord(args) && isMap(args.state!) && args.state.get("workers")).toEqual([1, 2]);
    const best = get("best");
    expect(isInertRecord(best) && best.global).toMatch(/^numpy\.(_core|core)\.multiarray\.scalar$/);
    const when = get("when");
    expect(isInertRecord(when) && when.global).toBe("datetime.datetime");
    expect(get("losses")).toEqual(new Map([["train", [1, 0.5]]]));
    expect(get("seen")).toEqual(
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
    );
  }
});

test("a shared tensor is one object, under two names", async () => {
  const { root, tensors } = await open("zip.pth");
  expect(isMap(root) && root.get("shared.whole")).toBe(isMap(root) && root.get("shared.same"));
  expect(tensors.get("shared.same")!.name).toBe("shared.same");
});

test("a module's class in a legacy file is read as a class; creating a module is refused", async () => {
  const { root } = await open("legacy-class.pth");
  expect(isMap(root) && root.get("module")).toEqual({
    kind: "inert",
    global: "torch.nn.modules.linear.Linear",
    args: [],
  });
  await expect(open("legacy-module.pth")).rejects.toThrow(
    "legacy-module.pth: the object: NEWOBJ at byte 105 calls torch.nn.modules.linear.Linear, which is not on the list of allowed calls",
  );
});

test("metadata of the file", async () => {
  expect([...(await open("zip.pth")).metadata]).toEqual([
    ["version", "3"],
    ["byteorder", "little"],
  ]);
  expect((await open("zip-big-endian.pth")).metadata.get("byteorder")).toBe("big");
  expect((await open("safetensors.safetensors")).metadata).toEqual(
    new Map([
      ["format", "pt"],
      ["größe", "重み"],
    ]),
  );
  expect((await open("model.safetensors.index.json")).metadata.get("total_size")).toBe("46");
});

test("tensors read as typed arrays", async () => {
  const { tensors } = await open("zip.pth");
  expect((await readTensor(tensors.get("transposed")!)).data.slice(0, 3)).toEqual(Float32Array.of(0, 5, 10));
});

test("TorchScript's constants have the names that its code uses", async () => {
  const { tensors } = await open("torchscript-traced.pt");
  expect(tensors.has("CONSTANTS.c0")).toBe(true);
});

test("several exported models in one archive", async () => {
  const { tensors } = await open("export-two.pt2");
  expect(tensors.get("second.state_dict.weight")!.shape).toEqual([1, 2]);
});
