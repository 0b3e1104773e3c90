import { readTensor, UnsupportedError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { FIXTURES, fixtureSource, resolveFixture, toHex } from "../test/fixtures.ts";
import { findModules, isInertRecord, isMap, moduleState, openCheckpoint, stateDict } from "./index.ts";

const open = (file: string) => openCheckpoint(fixtureSource(file), { resolve: resolveFixture });

test("there is a fixture of every container", () => {
  const containers = new Set(FIXTURES.map(({ container }) => container));
  expect([...containers].sort()).toEqual([
    "legacy",
    "pickle",
    "pt2",
    "safetensors",
    "sharded",
    "tar",
    "torchscript",
    "zip",
  ]);
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
    expect(best).toBe(0.75);
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

test("a module's class in a legacy file is read as a class", async () => {
  const { root } = await open("legacy-class.pth");
  expect(isMap(root) && root.get("module")).toEqual({
    kind: "inert",
    global: "torch.nn.modules.linear.Linear",
    args: [],
  });
});

test.each(["zip-objects.pth", "zip-objects-protocol-4.pth"])("%s: objects of any class are described", async (file) => {
  const checkpoint = await open(file);
  const { root } = checkpoint;
  const get = (key: string) => (isMap(root) ? root.get(key) : undefined);
  const own = "samoyed_oracle.fixtures.checkpoint.objects";
  const record = (name: string, rest: object = {}) => ({ kind: "inert", global: name, args: [], ...rest });
  const dictionary = (entries: object) => new Map(Object.entries(entries));
  expect([...stateDict(checkpoint).tensors.keys()]).toEqual(["weight", "step"]);
  expect(get("averaged")).toMatchObject({ global: `${own}.Ordered`, entries: { size: 2 } });
  const config = dictionary({ rate: 0.5, layers: [1, 2] });
  expect(get("config")).toEqual(record(`${own}.Config`, { entries: config, state: config }));
  expect(get("color")).toEqual(record(`${own}.Color`, { args: [1] }));
  expect(get("losses")).toEqual(record("collections.deque", { args: [[], 9], items: [1, 0.5] }));
  expect(get("torch")).toMatchObject(record("torch.torch_version.TorchVersion", { args: ["2.13.0+cpu"] }));
  expect(get("factory")).toMatchObject({ global: "functools.partial", state: [{}, [], dictionary({ a: 1 }), null] });
  expect(get("options")).toEqual(record(`${own}.Options`, { state: dictionary({ rate: 0.5 }) }));
  expect(get("inner")).toMatchObject(record(`${own}.Options.Inner`));
  expect(get("slots")).toEqual(record(`${own}.Slotted`, { state: [null, dictionary({ step: 4 })] }));
  expect(get("called")).toMatchObject({ global: expect.stringMatching(/builtin(s|__)\.print$/), args: ["created"] });
  expect(get("criterion")).toMatchObject({ global: "torch.nn.modules.loss.CrossEntropyLoss" });
  expect(get("when")).toEqual(record("datetime.timedelta", { args: [0, 5, 0] }));
  expect(get("names")).toEqual(new Set(["a"]));
  expect(get("frozen")).toEqual(new Set([1]));
  expect(get("complex")).toMatchObject({ args: [1, 2] });
  expect(get("raw")).toEqual(Uint8Array.of(0, 255));
  expect(get("things")).toMatchObject({ global: "numpy.ndarray" });
  expect(get("float")).toBe(0.5);
  expect(get("integer")).toBe(2n ** 60n);
  expect(get("truth")).toBe(true);
  expect(get("name")).toBe("cat");
  expect((await readTensor(checkpoint.tensors.get("big-endian")!)).data).toEqual(Int16Array.of(1, 2));
});

const MODULES = FIXTURES.filter(({ module }) => module !== undefined);
test.each(MODULES)("$file: a whole module has PyTorch's state dict", async ({ file, module: expected }) => {
  const checkpoint = await open(file);
  const [found, ...others] = findModules(checkpoint.root);
  expect([found?.path, others]).toEqual([expected!.path, []]);
  const { class: name, tensors, facts } = moduleState(found!.module);
  expect(name).toBe(expected!.class);
  expect([...tensors.keys()]).toEqual(Object.keys(expected!.stateDict));
  for (const [key, tensor] of tensors) {
    const { dtype, shape } = tensor;
    expect({ dtype, shape, hex: toHex(await tensor.read()) }).toEqual(expected!.stateDict[key]);
  }
  const prefix = expected!.path === "" ? "" : "module.";
  const of = (path: string) => Object.fromEntries(facts.get(`${prefix}${path}`)!.settings);
  expect(of("blocks.1.conv")).toMatchObject({ stride: [2, 2], padding: [1, 1], dilation: [1, 1], groups: 2 });
  expect(of("blocks.1.norm")).toMatchObject({ eps: 1e-3 });
  expect(of("again.act")).toMatchObject({ negative_slope: 0.1 });
  expect(facts.get(`${prefix}again.act`)!.class).toBe("torch.nn.modules.activation.LeakyReLU");
  expect(facts.has(`${prefix}blocks.1.downsample`)).toBe(false);
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
