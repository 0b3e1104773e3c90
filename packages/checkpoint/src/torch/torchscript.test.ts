import { FormatError, memorySource, readTensor } from "@samoyed/core";
import { expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes, global, int, pickle, tensor, text, tuple } from "../../test/pickles.ts";
import { zipBytes } from "../../test/zip-bytes.ts";
import { openCheckpoint, stateDict } from "../index.ts";

const FLOATS = new Uint8Array(Float32Array.of(0, 1, 2, 3, 4, 5).buffer);

/** An object of a class, with its attributes. */
const object = (module: string, ...attributes: readonly Uint8Array[]) =>
  bytes(global(module, "Net"), ")", 0x81, "}(", ...attributes, "ub");

function script(module: Uint8Array, constants: Uint8Array = tuple()): Uint8Array {
  return zipBytes([
    { name: "net/data.pkl", data: pickle(module) },
    { name: "net/data/0", data: FLOATS },
    { name: "net/code/__torch__.py", data: "op_version_set = 1\n", deflated: true },
    { name: "net/constants.pkl", data: pickle(constants) },
    { name: "net/constants/0", data: FLOATS },
  ]);
}

const open = (data: Uint8Array) => openCheckpoint(memorySource(data, "net.pt"));

test("attributes become dotted names, constants have the code's names", async () => {
  const list = bytes(global("torch.jit._pickle", "build_intlist"), tuple(bytes("](", int(3), "e")), "R");
  const body = object("__torch__.body.___torch_mangle_0", text("weight"), tensor());
  const checkpoint = await open(
    script(
      object("__torch__", text("training"), bytes(0x89), text("sizes"), list, text("body"), body),
      tuple(text("note"), tensor()),
    ),
  );
  expect(checkpoint.container).toBe("torchscript");
  expect([...checkpoint.tensors.keys()]).toEqual(["body.weight", "CONSTANTS.c1"]);
  expect((await readTensor(checkpoint.tensors.get("CONSTANTS.c1")!)).data[5]).toBe(5);
  expect([...stateDict(checkpoint).tensors.keys()]).toEqual(["body.weight"]);
  expect(checkpoint.root).toMatchObject({
    kind: "inert",
    global: "__torch__.Net",
    state: new Map<string, unknown>([
      ["training", false],
      ["sizes", [3]],
      ["body", { kind: "inert" }],
    ]),
  });
});

test("an attribute with a constant's name", async () => {
  const clash = object("__torch__", text("CONSTANTS"), object("__torch__", text("c0"), tensor()));
  await expectError(
    () => open(script(clash, tuple(tensor()))),
    FormatError,
    "net.pt: the module has an attribute with the name of the constant CONSTANTS.c0",
  );
});

test("classes outside of __torch__ are described", async () => {
  expect((await open(script(object("__torch__evil")))).root).toMatchObject({ global: "__torch__evil.Net" });
});

test("a damaged part of the code is not read", async () => {
  const data = script(object("__torch__", text("w"), tensor()));
  const at = Buffer.from(data).indexOf("net/code/__torch__.py") + "net/code/__torch__.py".length;
  data.fill(0xff, at, at + 4);
  expect((await open(data)).tensors.size).toBe(1);
});
