import { FormatError, memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { bytes } from "../test/pickles.ts";
import { zipBytes } from "../test/zip-bytes.ts";
import { openCheckpoint } from "./index.ts";

const open = (data: Uint8Array, name: string) => openCheckpoint(memorySource(data, name));
const rest = new Uint8Array(99);

test.each<[string, Uint8Array, string, RegExp]>([
  ["net.h5", bytes(0x89, "HDF\r\n\x1a\n", rest), "an HDF5 file, such as Keras writes", /in PyTorch/],
  ["net.gguf", bytes("GGUF", 3, rest), "a GGUF file", /vision/],
  ["net.tflite", bytes(0x20, 0, 0, 0, "TFL3", rest), "a TensorFlow Lite model", /convert the checkpoint/],
  ["net.npy", bytes(0x93, "NUMPY", rest), "a single NumPy array", /torch\.save/],
  ["net.pth.gz", bytes(0x1f, 0x8b, rest), "a gzip archive", /gunzip FILE/],
  ["net.pth.xz", bytes(0xfd, "7zXZ", rest), "an xz archive", /unxz FILE/],
  ["net.joblib", bytes(0x78, 0x9c, rest), "data compressed with zlib, as joblib writes", /torch\.save/],
  ["net.pth", bytes(0x89, "PNG", rest), "a PNG image", /samoyed classify/],
  ["net.pkl", bytes("(dp0\nS'a'\n"), "a pickle of protocol 0 or 1", /torch\.save/],
  ["evil.pkl", bytes("cos\nsystem\n(S'id'\ntR."), "a pickle of protocol 0 or 1", /torch\.save/],
  ["old.pkl", bytes("}q", 0, "."), "a pickle of protocol 0 or 1", /torch\.save/],
  ["model.ckpt-7.index", bytes(0, rest), "a part of a TensorFlow checkpoint", /in PyTorch/],
  ["__0_0.distcp", zipBytes([]), "a part of a checkpoint of torch.distributed.checkpoint", /dcp_to_torch_save/],
  ["model.ckpt.data-00000-of-00001", bytes(1, rest), "a part of a TensorFlow checkpoint", /in PyTorch/],
])("%s is named", async (name, data, noun, hint) => {
  await expect(open(data, name)).rejects.toMatchObject({
    message: `${name}: not a checkpoint that Samoyed supports: it is ${noun}`,
    hint: expect.stringMatching(hint),
  });
  await expect(open(data, name)).rejects.toThrow(FormatError);
});

const zip = (...names: readonly string[]) => zipBytes(names.map((name) => ({ name, data: bytes(name) })));

test.each<[string, Uint8Array, string, RegExp]>([
  ["one checkpoint", zip("best.pth"), 'an archive with "best.pth" in it', /Unpack it/],
  [
    "a checkpoint and what macOS adds",
    zip("run/best.pth", "run/log.txt", "__MACOSX/run/._best.pth"),
    'an archive with "run/best.pth" and 1 more in it',
    /Unpack it/,
  ],
  ["Keras", zip("metadata.json", "config.json", "model.weights.h5"), "a model of Keras", /in PyTorch/],
  ["NumPy", zip("conv1.weight.npy", "fc.weight.npy"), "NumPy arrays in an archive (.npz)", /numpy\.load/],
  ["parts", zip("step/.metadata", "step/__0_0.distcp"), "a checkpoint in parts", /dcp_to_torch_save/],
  ["images", zip("a/1.jpg", "a/2.png", "labels.txt"), "an archive of 2 images", /expected here/],
])("a zip archive of %s", async (_, data, noun, hint) => {
  await expect(open(data, "m.zip")).rejects.toMatchObject({
    code: "format",
    message: `m.zip: not a checkpoint but ${noun}`,
    hint: expect.stringMatching(hint),
  });
});

test("a zip archive of anything else", async () => {
  await expect(open(zip("a/b.txt"), "m.zip")).rejects.toThrow("m.zip: a zip archive without a/data.pkl");
});
