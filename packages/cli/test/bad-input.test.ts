// Every kind of bad input: exit status, two lines, and nothing half-written.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeSafetensors } from "@samoyed/checkpoint";
import { encodeNpy, lazyTensor, type Tensor } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { standInTensors } from "@samoyed/check";
import { ARROW, filesIn, GOLDEN, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { mountTiny } from "./support/tiny-file-system.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const out = join(folder, "out");
const zip = readFileSync(SHAPES);
const legacy = readFileSync(join(GOLDEN, "trained", "shapes-legacy.pth"));
const model = join(folder, "resnext14_8x16d_c8-16-32-64.onnx");

/** Writes a file into the folder and gives its path. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs what must fail with an exit status and two lines, of which the first names the file. */
async function fails(
  argv: readonly string[],
  expected: { readonly code: number; readonly what: string | RegExp; readonly todo?: string | RegExp },
): Promise<void> {
  const { code, stdout, stderr } = await runMain(argv, { env: { SAMOYED_CACHE: join(folder, "cache") } });
  const { what, todo } = twoLines(stderr);
  expect(what).toMatch(expected.what);
  expect(todo).toMatch(expected.todo ?? /\S/);
  expect([code, stdout]).toEqual([expected.code, ""]);
}

/** A pickle that asks for `os.system("true")`, in protocol 2, as an attacker's checkpoint would. */
const HOSTILE = Uint8Array.from(
  Buffer.from("\x80\x02cposix\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03.", "latin1"),
);

beforeAll(async () => {
  const { code } = await runMain(["convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--out", folder]);
  expect(code).toBe(0);
});
beforeEach(() => mkdirSync(out, { recursive: true }));

describe("a checkpoint that is none", () => {
  const cases: [string, string | Uint8Array, number, RegExp, RegExp][] = [
    ["empty.pth", "", 3, /the file is empty/, /\S/],
    ["text.pth", "not a checkpoint\n".repeat(99), 3, /not a checkpoint .*: it begins with 6e 6f 74 20/, /torch\.save/],
    ["page.pth", "<!DOCTYPE html><html>Sign in</html>", 3, /a web page, not a checkpoint/, /login/],
    ["lfs.pth", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", 3, /a Git LFS pointer/, /git lfs pull/],
    ["photo.pth", readFileSync(ARROW), 3, /it is a (?:JPEG|PNG) image/, /samoyed classify/],
    ["foreign.gguf", "GGUF\x03\0\0\0" + "\0".repeat(99), 3, /not a checkpoint that Samoyed supports/, /\S/],
    ["foreign.h5", Buffer.from("\x89HDF\r\n\x1a\n" + "\0".repeat(99), "latin1"), 3, /not a checkpoint/, /\S/],
    ["begin.pth", zip.subarray(0, 1000), 3, /zip archive without an end record/, /cut short/],
    ["half.pth", zip.subarray(0, zip.length / 2), 3, /zip archive without an end record/, /cut short/],
    ["almost.pth", zip.subarray(0, -1), 3, /\S/, /\S/],
    ["legacy-begin.pth", legacy.subarray(0, 1000), 3, /continues past the end of the file/, /cut short/],
    ["legacy-half.pth", legacy.subarray(0, legacy.length / 2), 3, /the storages end at byte 634301/, /cut short/],
    ["legacy-almost.pth", legacy.subarray(0, -1), 3, /the file has 634300/, /cut short/],
    ["lying.safetensors", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 3, /\S/, /\S/],
  ];
  test.each(cases)("%s", async (name, content, code, what, todo) => {
    const path = file(name, content);
    for (const argv of [
      ["convert", path, "--out", out],
      ["inspect", path],
    ]) {
      await fails(argv, { code, what, todo });
      await fails(argv, { code, what: name });
    }
    expect(filesIn(out)).toEqual([]);
  });

  test("a call that would act: described by inspect, refused by convert, never run", async () => {
    const path = file("hostile.pth", HOSTILE);
    const what = /is an object of "posix\.system" without tensors/;
    await fails(["convert", path, "--out", out], { code: 4, what, todo: /executes nothing/ });
    const { code, stdout } = await runMain(["inspect", path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^class +posix\.system \(its code is not run\)$/m);
    expect(stdout).toMatch(
      /^note +.*\s+calls\s+"posix\.system"\.\s+Samoyed\s+does\s+not\s+run\s+it;\s+Python\s+might/m,
    );
    expect(stdout).toMatch(/^contents\n {2}argument 1 +"true"$/m);
  });

  test("an artifact in its place", async () => {
    symlinkSync(model, join(folder, "artifact.pth"));
    await fails(["convert", join(folder, "artifact.pth"), "--out", out], { code: 3, what: /not a checkpoint/ });
    await fails(["convert", model, "--out", out], { code: 2, what: /is an ONNX model already/, todo: /--to tfjs/ });
    await fails(["check", "shapes", "--checkpoint", model], { code: 3, what: /not a checkpoint/ });
  });

  test("a folder, a name that is nobody's, a path that is not there", async () => {
    await fails(["convert", folder, "--out", out], {
      code: 2,
      what: /: a folder with 14 checkpoints: almost\.pth, .*, …$/,
      todo: /^Give one of them: /,
    });
    await fails(["convert", "resnxt50", "--out", out], {
      code: 2,
      what: "resnxt50: no such file, and no published model of that name",
      todo: /^Did you mean resnet50\? samoyed models lists all\.$/,
    });
    await fails(["convert", "resnet50.pth", "--out", out], { code: 3, what: "resnet50.pth: no such file" });
    await fails(["convert", "models/resnet50", "--out", out], { code: 3, what: "models/resnet50: no such file" });
  });
});

describe("a named pipe in the place of a file, at which no program writes", () => {
  const pipe = join(folder, "pipe");
  beforeAll(() => void execFileSync("mkfifo", [pipe]));

  test.each([
    ["a checkpoint", () => ["convert", pipe, "--out", out]],
    ["a file to inspect", () => ["inspect", pipe]],
    ["an artifact", () => ["classify", pipe, ARROW]],
    ["an image", () => ["preprocess", pipe, "--out", join(out, "x.npy")]],
    ["an image to classify", () => ["classify", model, pipe]],
    ["labels", () => ["convert", SHAPES, "--labels", pipe, "--out", out]],
    ["an array", () => ["run", model, "--input", pipe, "--output", join(out, "y.npy")]],
    ["a checkpoint to check", () => ["check", "shapes", "--checkpoint", pipe]],
  ])("as %s", async (_, argv) => {
    await fails(argv(), { code: 3, what: `${pipe}: is a named pipe; expected a file`, todo: /^Save its output/ });
    expect(filesIn(out)).toEqual([]);
  });

  test("as an output", async () => {
    await fails(["preprocess", ARROW, "--out", pipe], { code: 3, what: /a device or a pipe/ });
  });
});

describe("a checkpoint of something else", () => {
  test("an unknown network is unsupported; inspect still tells what is in it", async () => {
    const path = join(folder, "vit.safetensors");
    const sink = await fileSink(path);
    const weight: Tensor = { dtype: "float32", shape: [6, 2], data: new Float32Array(12) };
    await writeSafetensors([lazyTensor("blocks.0.attn.qkv.weight", weight), lazyTensor("norm.bias", weight)], sink);
    await sink.commit();
    await fails(["convert", path, "--out", out], { code: 4, what: /2 tensors .*not a network of timm's resnet\.py/ });
    const { code, json } = await runMain(["inspect", path, "--json"]);
    expect([code, json.architecture, json.tensors.length]).toEqual([0, null, 2]);
    expect(json.unrecognized).toMatch(/not a network of timm's/);
  });

  test("a model that does not fit names the first ten differences", async () => {
    const argv = ["convert", SHAPES, "--model", "resnext50_32x4d", "--out", out];
    await fails(argv, {
      code: 3,
      what: /does not fit resnext50_32x4d\S*: 261 tensors differ: (layer1\.0\.\w+\.\w+ is \[[\d, ]+\], expected \[[\d, ]+\]; ){10}and 251 more$/,
      todo: /or leave --model out/,
    });
    const { json } = await runMain([...argv, "--json"]);
    expect(json.error.details.count).toBe(261);
    expect(json.error.details.differences).toHaveLength(10);
    expect(json.error.details.differences[0]).toMatchObject({ name: "layer1.0.conv1.weight" });
    expect(filesIn(out)).toEqual([]);
  });

  test("so does a checkpoint given to check, and no backend is blamed", async () => {
    await fails(["check", "samoyed-drawn", "--checkpoint", SHAPES], {
      code: 3,
      what: /does not fit resnext50_32x4d\.fb_ssl_yfcc100m_ft_in1k: 261 tensors differ/,
    });
  });

  test("a model that nobody knows: the name that was meant, if one is like it", async () => {
    await fails(["convert", SHAPES, "--model", "yolov8", "--out", out], {
      code: 2,
      what: 'no model is named "yolov8"',
    });
    await fails(["convert", SHAPES, "--model", "resnxt50", "--out", out], {
      code: 2,
      what: 'no model is named "resnxt50"',
      todo: /^Did you mean resnet50\? samoyed models lists all\.$/,
    });
    await fails(["preprocess", ARROW, "--model", "resnet81", "--out", join(out, "x.npy")], {
      code: 2,
      what: "resnet81",
      todo: /^Did you mean resnet\d+/,
    });
    expect(filesIn(out)).toEqual([]);
  });

  test("a network of images that are not RGB needs means and deviations", async () => {
    const path = join(folder, "grey.safetensors");
    const sink = await fileSink(path);
    const tensors = await standInTensors({ model: "resnet18", seed: "grey", head: new Float32Array(1000) });
    const conv1: Tensor = { dtype: "float32", shape: [64, 1, 7, 7], data: new Float32Array(64 * 49) };
    const grey = tensors.map((tensor) => (tensor.name === "conv1.weight" ? lazyTensor("conv1.weight", conv1) : tensor));
    await writeSafetensors(grey, sink);
    await sink.commit();
    await fails(["convert", path, "--out", out], {
      code: 4,
      what: /takes images of 1 channel; how those are prepared is not known/,
      todo: /^Give --mean and --std, a number for each channel/,
    });
    expect(filesIn(out)).toEqual([]);
  });
});

describe("labels that do not match", () => {
  test("in number, at conversion and at classification", async () => {
    const nine = file("nine.txt", readFileSync(LABELS, "utf8").split("\n").slice(0, 9).join("\n"));
    await fails(["convert", SHAPES, "--labels", nine, "--out", out], { code: 3, what: /9 labels .* has 10 classes/ });
    await fails(["classify", model, ARROW, "--labels", nine], { code: 3, what: /10 classes; there are 9 labels/ });
    expect(filesIn(out)).toEqual([]);
  });

  test("in form: an empty line, no text, not there", async () => {
    const gap = file("gap.txt", "a\nb\n\nd\n");
    await fails(["convert", SHAPES, "--labels", gap, "--out", out], { code: 3, what: `${gap} line 3 is empty` });
    await fails(["convert", SHAPES, "--labels", ARROW, "--out", out], { code: 3, what: "000.jpg is not UTF-8 text" });
    await fails(["convert", SHAPES, "--labels", "no.txt", "--out", out], { code: 3, what: "no.txt: cannot be read" });
    expect(filesIn(out)).toEqual([]);
  });
});

describe("an artifact that is none", () => {
  const onnx = (): Uint8Array => readFileSync(model);
  const cases: [string, () => string | Uint8Array][] = [
    ["empty.onnx", () => ""],
    ["text.onnx", () => "not a model\n"],
    ["begin.onnx", () => onnx().subarray(0, 100)],
    ["half.onnx", () => onnx().subarray(0, onnx().length / 2)],
    ["checkpoint.onnx", () => zip],
  ];
  test.each(cases)("%s", async (name, content) => {
    const path = file(name, content());
    await fails(["inspect", path], { code: 3, what: name });
    for (const backend of ["onnxruntime-node", "onnxruntime-web"]) {
      await fails(["classify", path, ARROW, "--backend", backend], { code: 3, what: name });
    }
  });

  const PAGE = "<!DOCTYPE html><html>Sign in</html>";
  const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\n";
  test.each([
    ["page.onnx", PAGE, /a web page, not an ONNX model$/, /login/],
    ["page.smyd", PAGE, /a web page, not a \.smyd model$/, /login/],
    ["page/model.json", PAGE, /a web page, not a model\.json$/, /login/],
    ["lfs.onnx", POINTER, /a Git LFS pointer, not the file that it refers to$/, /git lfs pull/],
    ["lfs.smyd", POINTER, /a Git LFS pointer, not the file that it refers to$/, /git lfs pull/],
    ["lfs/model.json", POINTER, /a Git LFS pointer, not the file that it refers to$/, /git lfs pull/],
    ["photo.smyd", readFileSync(ARROW), /not a \.smyd file: it begins with ff d8 ff/, /--to smyd/],
    ["zip.smyd", zip, /not a \.smyd file: it begins with 50 4b 03 04/, /--to smyd/],
    ["text.smyd", "not a model\n", /not a \.smyd file: it begins with 6e 6f 74 20/, /--to smyd/],
  ])("what stands in an artifact's place: %s", async (name, content, what, todo) => {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    const path = file(name, content);
    const all = name.endsWith(".json") ? [] : [["convert", path, "--to", "tfjs", "--out", out]];
    for (const argv of [...all, ["inspect", path], ["classify", path, ARROW]]) {
      await fails(argv, { code: 3, what, todo });
      await fails(argv, { code: 3, what: name });
    }
    expect(filesIn(out)).toEqual([]);
  });

  test("a checkpoint, which nothing runs", async () => {
    await fails(["classify", SHAPES, ARROW], { code: 4, what: /no backend runs this file/, todo: /samoyed convert/ });
  });

  test("nothing at all is said before anything of its format", async () => {
    for (const path of [
      "nowhere",
      "nowhere.onnx",
      "nowhere.pth",
      "nowhere.tfjs",
      "no/where.smyd",
      "nowhere/model.json",
    ]) {
      const missing = { code: 3, what: `${path}: no such file`, todo: /Check the path/ };
      await fails(["classify", path, ARROW], missing);
      await fails(["run", path, "--input", "x.npy", "--output", join(out, "y.npy")], missing);
      await fails(["inspect", path], missing);
    }
  });

  test("a folder without a model", async () => {
    const path = join(folder, "no.tfjs");
    mkdirSync(path);
    for (const argv of [
      ["inspect", path],
      ["classify", path, ARROW],
    ]) {
      await fails(argv, { code: 3, what: `${path}: a folder without model.json` });
    }
  });

  test("an address", async () => {
    const address = "https://weights.example/files/resnet50.pth";
    for (const argv of [
      ["convert", address, "--out", out],
      ["convert", `${address}.onnx`, "--to", "tfjs", "--out", out],
      ["inspect", address],
      ["classify", address, ARROW],
    ]) {
      await fails(argv, {
        code: 2,
        what: "is an address; a file was expected",
        todo: "Download it first: curl -LO 'https",
      });
    }
  });

  test("a backend of another format: those that run it, or the conversion", async () => {
    await fails(["classify", model, ARROW, "--backend", "smyd"], {
      code: 2,
      what: "the backend smyd does not run models in the format onnx",
      todo: `Choose one that does (onnxruntime-node, onnxruntime-web), or convert it: samoyed convert ${model} --to smyd`,
    });
  });

  test("features cannot be classified", async () => {
    const features = join(folder, "features");
    expect((await runMain(["convert", SHAPES, "--features", "--out", features])).code).toBe(0);
    await fails(["classify", join(features, filesIn(features)[0]!), ARROW], { code: 4, what: /features, not logits/ });
  });
});

describe("an image that is none", () => {
  const jpeg = readFileSync(ARROW);
  const cases: [string, string | Uint8Array, number, RegExp][] = [
    ["empty.jpg", "", 3, /not a known image format/],
    ["text.jpg", "hello", 3, /not a known image format/],
    ["half.jpg", jpeg.subarray(0, jpeg.length / 2), 3, /the file ends at byte \d+/],
    ["photo.webp", "RIFF\x24\0\0\0WEBPVP8 " + "\0".repeat(99), 3, /WebP: the lossy data have no header/],
    ["photo.gif", "GIF89a" + "\0".repeat(99), 3, /GIF: the file ends before its first image/],
    ["photo.avif", "\0\0\0\x20ftypavif" + "\0".repeat(99), 4, /AVIF images are not decoded/],
    ["photo.tif", "II*\0" + "\0".repeat(99), 4, /TIFF images are not decoded/],
  ];
  test.each(cases)("%s", async (name, content, code, what) => {
    const path = file(name, typeof content === "string" ? Buffer.from(content, "latin1") : content);
    await fails(["preprocess", path, "--out", join(out, "x.npy")], { code, what });
    await fails(["classify", model, ARROW, path], { code, what: name });
    expect(filesIn(out)).toEqual([]);
  });
});

describe("an array that does not fit", () => {
  const array = (name: string, tensor: Tensor): string => file(name, encodeNpy(tensor));
  const square: Tensor = { dtype: "float32", shape: [1, 3, 64, 64], data: new Float32Array(3 * 64 * 64) };

  test.each([
    ["no array", () => file("text.npy", "hello"), /does not begin with the bytes/],
    [
      "another size",
      () => array("size.npy", square),
      /"input" is float32 \[1, 3, 64, 64\]; expected float32 \[N, 3, 96, 96\]/,
    ],
    [
      "another dtype",
      () => array("dtype.npy", { ...square, dtype: "uint8", data: new Uint8Array(3 * 64 * 64) }),
      /is uint8/,
    ],
    [
      "another rank",
      () => array("rank.npy", { dtype: "float32", shape: [4], data: new Float32Array(4) }),
      /is float32 \[4\]/,
    ],
  ])("%s", async (_, make, what) => {
    await fails(["run", model, "--input", make(), "--output", join(out, "y.npy")], { code: 3, what });
    expect(filesIn(out)).toEqual([]);
  });

  test("a tap that is no value", async () => {
    const path = array("right.npy", { dtype: "float32", shape: [3, 96, 96], data: new Float32Array(3 * 96 * 96) });
    const argv = ["run", model, "--input", path, "--output", join(out, "y.npy"), "--taps", "layer9"];
    const { code, stderr } = await runMain(argv);
    expect(twoLines(stderr).what).toContain("layer9");
    expect(code).not.toBe(0);
    expect(filesIn(out)).toEqual([]);
  });
});

describe("nowhere to write", () => {
  test("the output folder is a file, or below one", async () => {
    const path = file("occupied", "mine");
    await fails(["convert", SHAPES, "--out", path], {
      code: 3,
      what: `${path}: the folder cannot be created (EEXIST)`,
    });
    await fails(["convert", SHAPES, "--out", join(path, "below")], { code: 3, what: /ENOTDIR/ });
    await fails(["check", "shapes", "--backend", "onnxruntime-node", "--report", path], { code: 3, what: /EEXIST/ });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });

  test("the output file is a folder, or in none, or a device", async () => {
    await fails(["preprocess", ARROW, "--out", out], { code: 3, what: /\(EISDIR\)/, todo: /name a file/ });
    await fails(["preprocess", ARROW, "--out", join(out, "no", "x.npy")], { code: 3, what: /\(ENOENT\)/ });
    await fails(["preprocess", ARROW, "--out", "/dev/full"], { code: 3, what: /a device or a pipe/ });
    expect(filesIn(out)).toEqual([]);
  });

  const readOnly = join(folder, "read-only");
  const tiny = join(folder, "tiny");

  test.runIf(mountTiny(readOnly, "ro"))("a folder that is not writable", async () => {
    await fails(["convert", SHAPES, "--out", readOnly], { code: 3, what: /\(EROFS\)$/, todo: /another place/ });
    await fails(["convert", SHAPES, "--out", join(readOnly, "below")], { code: 3, what: /\(EROFS\)$/ });
    const cache = await runMain(["check", "shapes", "--backend", "onnxruntime-node"], {
      env: { SAMOYED_CACHE: readOnly },
    });
    expect(cache.code).toBe(3);
    expect(twoLines(cache.stderr).what).toContain(readOnly);
    expect((await runMain(["doctor", "--json"], { env: { SAMOYED_CACHE: readOnly } })).code).toBe(0);
  });

  test.runIf(mountTiny(tiny, "size=128k"))("a full disk", async () => {
    for (const to of ["onnx", "tfjs", "smyd"]) {
      const argv = ["convert", SHAPES, "--to", to, "--out", tiny];
      await fails(argv, { code: 3, what: /\(ENOSPC\)$/, todo: /The disk is full/ });
      expect(readdirSync(tiny)).toEqual([]);
    }
    const argv = ["preprocess", ARROW, "--size", "224", "--out", join(tiny, "x.npy")];
    await fails(argv, { code: 3, what: /\(ENOSPC\)$/, todo: /The disk is full/ });
    expect(filesIn(tiny)).toEqual([]);
  });

  // Root may write into every folder, and has the read-only file system above in its place, which others cannot mount.
  if (process.platform !== "win32" && process.getuid?.() !== 0) {
    test("a folder without permission", async () => {
      const path = join(folder, "forbidden");
      mkdirSync(path, { mode: 0o500 });
      await fails(["convert", SHAPES, "--out", path], { code: 3, what: /\(EACCES\)$/, todo: /permission/ });
    });
  }
});
