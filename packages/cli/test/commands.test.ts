import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeSafetensors } from "@samoyed/checkpoint";
import { encodeNpy, lazyTensor, parseNpy, type Tensor } from "@samoyed/core";
import { fileSink } from "@samoyed/core/node";
import type { ModelInfo } from "@samoyed/models";
import { beforeAll, describe, expect, test } from "vitest";
import { standInTensors } from "@samoyed/check";
import { ARROW, DOG, filesIn, GOLDEN, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const model = join(folder, "resnext14_8x16d_c8-16-32-64.onnx");
const labels = readFileSync(LABELS, "utf8").trimEnd().split("\n");
const SSL = "resnext101_32x16d.fb_ssl_yfcc100m_ft_in1k";

/** A run that must succeed and leave stderr alone. */
async function succeeds(argv: readonly string[]): ReturnType<typeof runMain> {
  const ran = await runMain(argv);
  expect([ran.code, ran.stderr]).toEqual([0, ""]);
  return ran;
}

beforeAll(async () => {
  await succeeds(["convert", SHAPES, "--labels", LABELS, ...SHAPES_SETTINGS, "--out", folder]);
});

describe("a network with one logit", () => {
  /** ResNet-18 with random weights, whose only logit is 2 for every image. */
  const path = join(folder, "binary.safetensors");
  const settings = ["--size", "32", "--interpolation", "bilinear"];
  beforeAll(async () => {
    const head: ReadonlyMap<string, Tensor> = new Map([
      ["fc.weight", { dtype: "float32", shape: [1, 512], data: new Float32Array(512) }],
      ["fc.bias", { dtype: "float32", shape: [1], data: Float32Array.of(2) }],
    ]);
    const tensors = await standInTensors({ model: "resnet18", seed: "binary", head: new Float32Array(1000) });
    const sink = await fileSink(path);
    await writeSafetensors(
      tensors.map((tensor) => (head.has(tensor.name) ? lazyTensor(tensor.name, head.get(tensor.name)!) : tensor)),
      sink,
    );
    await sink.commit();
  });

  test.each([
    ["cat\ndog\n", ["dog", "cat"]],
    ["dog\n", ["dog", "not dog"]],
    [undefined, ["class 1", "class 0"]],
  ])("with labels %j is a binary classifier, and classify says so", async (text, names) => {
    const out = join(folder, `binary-${names.join("-")}`);
    const file = join(folder, "binary.txt");
    if (text !== undefined) writeFileSync(file, text);
    const given = text === undefined ? [] : ["--labels", file];
    expect((await runMain(["convert", path, ...given, ...settings, "--out", out])).code).toBe(0);
    const artifact = join(
      out,
      filesIn(out).find((name) => name.endsWith(".onnx"))!,
    );
    const { stdout } = await succeeds(["classify", artifact, ARROW]);
    expect(stdout).toBe(`one logit: sigmoid\n${ARROW}\n  0.8808  ${names[0]!}\n  0.1192  ${names[1]!}\n`);
    const { json } = await succeeds(["classify", artifact, ARROW, "--json"]);
    expect(json).toMatchObject({ activation: "sigmoid", results: [{ classes: [{ index: 1 }, { index: 0 }] }] });
  });

  test("with three labels is refused", async () => {
    const file = join(folder, "three.txt");
    writeFileSync(file, "a\nb\nc\n");
    const { code, stderr } = await runMain(["convert", path, "--labels", file, ...settings, "--out", folder]);
    expect(code).toBe(3);
    expect(stderr).toContain("3 labels were given");
    expect(stderr).toContain("one logit");
  });
});

describe("models", () => {
  test("text: names, size, multiply-adds, input, classes, accuracy, license", async () => {
    const { stdout } = await succeeds(["models", "ssl_"]);
    expect(stdout).toMatch(/^name +params +GMACs +input +classes +top-1 +license\n/);
    expect(stdout).toMatch(
      new RegExp(`^${SSL.replaceAll(".", "\\.")} +194M +36\\.2 +224 +1000 +81\\.9 +cc-by-nc-4\\.0$`, "m"),
    );
    expect(stdout).toMatch(/6 published checkpoints\n$/);
  });

  test("a model that a former name led to shows that name", async () => {
    expect((await succeeds(["models", "ssl_resnext101_32x16d"])).stdout).toContain(
      "\n  formerly ssl_resnext101_32x16d\n",
    );
    expect((await succeeds(["models", SSL])).stdout).not.toContain("formerly");
  });

  test("architectures that nobody published weights of are marked, and counted apart", async () => {
    const { stdout } = await succeeds(["models"]);
    expect(stdout).toMatch(/^seresnet18\.untrained +11\.8M +1\.8 +224 +1000 +– +no weights$/m);
    expect(stdout).toMatch(/\n1738 published checkpoints, 222 architectures without published weights\n$/);
    const [unpublished] = (await succeeds(["models", "seresnet18.*", "--json"])).json;
    expect(unpublished).toMatchObject({ name: "seresnet18.untrained", published: false });
    expect((await succeeds(["models", "seresnet18.*"])).stdout).toMatch(
      /\n1 architecture without published weights\n$/,
    );
    expect((await succeeds(["models", SSL])).stdout).toMatch(/\n1 published checkpoint\n$/);
  });

  test("all of timm's, the twelve networks that Samoyed began with first", async () => {
    const { stdout } = await succeeds(["models"]);
    const names = stdout.split("\n").map((row) => row.split(" ", 1)[0]!);
    expect(names).toHaveLength(1963);
    expect(names.slice(1, 13).filter((name) => /\.fb_(?:ssl|swsl)_/u.test(name))).toHaveLength(12);
    expect(stdout).toMatch(/^vit_base_patch16_clip_224\.openai .* 224 +512 +– +apache-2\.0$/m);
    expect(stdout).toMatch(/^efficientnet_b2\.ra_in1k .* 256 +1000 +79\.\d +apache-2\.0$/m);
  });

  test("fits a screen of 80 columns, with every name whole", async () => {
    const { stdout } = await runMain(["models"], { terminal: { width: 80 } });
    const lines = stdout.split("\n");
    expect(Math.max(...lines.map((line) => Array.from(line).length))).toBe(80);
    const { json } = await succeeds(["models", "--json"]);
    const starts = new Set(lines.map((line) => line.split(" ", 1)[0]));
    for (const { name } of json as { readonly name: string }[]) expect(starts).toContain(name);
  });

  test("options choose among them, and put them in order", async () => {
    const chosen = async (...argv: string[]): Promise<ModelInfo[]> =>
      (await succeeds(["models", "--json", ...argv])).json;
    const small = await chosen("--max-params", "3M", "--published", "--sort", "params");
    expect(small.length).toBeGreaterThan(5);
    const sizes = small.map(({ parameters }) => parameters!);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3e6);
    expect((await chosen("--max-macs", "0.1G")).every(({ multiplyAdds }) => multiplyAdds! <= 1e8)).toBe(true);
    const [best, second] = await chosen("resnet*", "--min-top1", "80", "--license", "apache-2.0,mit", "--sort", "top1");
    expect(best!.accuracy!.top1).toBeGreaterThanOrEqual(second!.accuracy!.top1);
    expect(new Set((await chosen("--license", "cc-by-nc-4.0")).map(({ license }) => license))).toEqual(
      new Set(["cc-by-nc-4.0"]),
    );
    expect((await chosen("--max-size", "128")).every(({ preprocess }) => preprocess.inputSize[1] <= 128)).toBe(true);
    const convertible = await chosen("--convertible");
    expect(convertible.map(({ name }) => name)).toContain(SSL);
    expect(convertible.length).toBeLessThan(1960);
    expect((await runMain(["models", "--max-params", "1k"])).stdout).toBe("no model matches the options\n");
  });

  test.each([
    [["--license", "apche-2.0"], /no model has the license "apche-2\.0".*Did you mean apache-2\.0\?/su],
    [["--max-params", "many"], /--max-params got "many"; expected a number above 0, such as 30M/u],
    [["--max-size", "0"], /--max-size got "0"/u],
    [["--sort", "size"], /--sort got "size"; expected one of name, params, macs, top1/u],
  ])("%j is wrong usage", async (argv, message) => {
    const { code, stderr } = await runMain(["models", ...argv]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("JSON: one array, with preprocessing, license and address", async () => {
    const { json } = await succeeds(["models", "ssl_resnext101_32x16d", "--json"]);
    expect(json).toEqual([
      expect.objectContaining({
        name: SSL,
        aliases: ["ssl_resnext101_32x16d"],
        license: "cc-by-nc-4.0",
        numClasses: 1000,
        published: true,
        url: expect.stringMatching(/^https:.*-15fffa57\.pth$/),
        sha256Prefix: "15fffa57",
        preprocess: expect.objectContaining({ inputSize: [3, 224, 224], interpolation: "bilinear" }),
      }),
    ]);
  });

  test("no match is an empty list, and says so", async () => {
    expect((await succeeds(["models", "vhh", "--json"])).json).toEqual([]);
    expect((await succeeds(["models", "vhh"])).stdout).toBe(
      'no model matches "vhh"\nThe nearest names are vgg11, vgg13, vgg16.\n',
    );
    expect((await succeeds(["models", "vit_base_patch32_224_sam"])).stdout).toMatch(
      /^timm has removed "vit_base_patch32_224_sam"; its weights are published no longer\nThe nearest names are /,
    );
  });

  test("colors do not move the columns", async () => {
    const plain = await runMain(["models", "ssl"]);
    const colored = await runMain(["models", "ssl"], { terminal: { color: true } });
    expect(colored.stdout).not.toBe(plain.stdout);
    expect(colored.stdout.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain.stdout);
  });
});

describe("inspect", () => {
  test("a checkpoint: container, wrapping, network, tensors", async () => {
    const { stdout } = await succeeds(["inspect", SHAPES]);
    expect(stdout).toMatch(/^container +zip\ntensors +104, 614 kB\nunwrapped +state_dict, module\.\n/);
    expect(stdout).toMatch(/^architecture +resnext14_8x16d\S*, 10 classes$/m);
    expect(stdout).toMatch(/^ {2}conv1\.weight +float32 +\[64, 3, 7, 7\]$/m);
    expect(stdout).toMatch(/^ {2}… 92 more \(--all\)\n\ncontents\n {2}epoch +30\n/m);
    expect((await succeeds(["inspect", SHAPES, "--all"])).stdout).toMatch(/^ {2}fc\.bias +float32 +\[10\]$/m);
  });

  test("a checkpoint as JSON: every tensor", async () => {
    const { json } = await succeeds(["inspect", SHAPES, "--json"]);
    expect(json).toMatchObject({
      kind: "checkpoint",
      container: "zip",
      unwrapped: ["state_dict", "module."],
      architecture: { numClasses: 10, candidates: [] },
      warnings: [],
    });
    expect(json.tensors).toHaveLength(104);
    expect(json.tensors[0]).toEqual({ name: "conv1.weight", dtype: "float32", shape: [64, 3, 7, 7] });
  });

  test("the same checkpoint in the old container has the same tensors", async () => {
    const legacy = await succeeds(["inspect", join(GOLDEN, "trained", "shapes-legacy.pth"), "--json"]);
    const zip = await succeeds(["inspect", SHAPES, "--json"]);
    expect(legacy.json.container).toBe("legacy");
    expect(legacy.json.tensors).toEqual(zip.json.tensors);
  });

  test("an artifact: operators, ports, the contract", async () => {
    const { stdout } = await succeeds(["inspect", model]);
    expect(stdout).toMatch(
      /^format +ONNX, opset 17\ninputs +input float32 \[N, 3, 96, 96\]\noutputs +logits float32 \[N, 10\]\n/,
    );
    expect(stdout).toMatch(
      /^preprocessing +96×96, bicubic, crop 0\.875, center crop, mean 0\.485,0\.456,0\.406,\s+std /m,
    );
    expect(stdout).toMatch(/^labels +10 names$/m);
    expect(stdout).toMatch(/^source +shapes\.pth, sha256 [0-9a-f]{16}…$/m);
    const all = await succeeds(["inspect", model, "--all"]);
    expect(all.stdout).toMatch(/^values, in the order of computation\n {2}bn1 +Conv\n/m);
  });

  test("an artifact as JSON", async () => {
    const { json } = await succeeds(["inspect", model, "--json"]);
    expect(json).toMatchObject({
      kind: "onnx",
      opset: 17,
      operators: { Conv: 17 },
      contract: { labels, task: "logits", source: { name: "shapes.pth" } },
    });
    expect(json.values.at(-1)).toEqual({ name: "logits", op: "Gemm" });
  });
});

describe("convert", () => {
  test("text: the file, the network, what was done, and what comes next", async () => {
    const out = join(folder, "text");
    const { stdout } = await succeeds(["convert", SHAPES, "--out", out]);
    const file = join(out, "resnext14_8x16d_c8-16-32-64.onnx");
    expect(stdout.split("\n")[0]!.split("  ")).toEqual([file, expect.stringMatching(/^6\d\d kB$/)]);
    expect(stdout).toMatch(/^rewrites +foldBatchNorm 17$/m);
    expect(stdout).toMatch(/^note +No labels were given/m);
    expect(stdout).toContain(`next: samoyed classify ${file} IMAGE`);
    expect(filesIn(out)).toEqual(["resnext14_8x16d_c8-16-32-64.onnx"]);
  });

  test("JSON: files, contract, rewrites, times", async () => {
    const out = join(folder, "json");
    const { json } = await succeeds([
      "convert",
      SHAPES,
      "--out",
      out,
      "--labels",
      LABELS,
      ...SHAPES_SETTINGS,
      "--json",
    ]);
    expect(json).toMatchObject({
      out,
      numClasses: 10,
      unwrapped: ["state_dict", "module."],
      preprocessFrom: "given",
      contract: { labels, preprocess: { inputSize: [3, 96, 96], interpolation: "bicubic", cropPct: 0.875 } },
      files: [{ format: "onnx", file: "resnext14_8x16d_c8-16-32-64.onnx" }],
    });
    expect(json.files[0].byteLength).toBe(readFileSync(join(out, json.files[0].file)).byteLength);
    expect(json.milliseconds.total).toBeGreaterThan(0);
  });
});

describe("transforms that timm does not have", () => {
  const settings = ["--preprocess", "yolo", "--size", "96", "--pad-position", "top-left", "--channel-order", "bgr"];
  const out = join(folder, "letterbox");

  test("travel in the model, and classify applies them", async () => {
    const { json } = await succeeds(["convert", SHAPES, "--out", out, "--labels", LABELS, ...settings, "--json"]);
    const { preprocess } = json.contract;
    expect(preprocess).toMatchObject({
      inputSize: [3, 96, 96],
      resize: { mode: "fit" },
      pad: { position: "top-left" },
      resampler: "opencv",
      channelOrder: "bgr",
    });
    const path = join(out, json.files[0].file);
    expect((await succeeds(["inspect", path])).stdout).toMatch(
      /^preprocessing +96×96, bilinear, fitted into 96×96, padded/m,
    );

    const tensor = join(out, "arrow.npy");
    const { json: made } = await succeeds(["preprocess", DOG, ...settings, "--out", tensor, "--json"]);
    expect(made.config).toEqual(preprocess);
    const logits = join(out, "logits.npy");
    await succeeds(["run", path, "--input", tensor, "--output", logits]);
    const { data } = parseNpy(new Uint8Array(readFileSync(logits)));
    const best = Array.from(data as Float32Array).reduce((at, value, i, all) => (value > all[at]! ? i : at), 0);
    const { json: classified } = await succeeds(["classify", path, DOG, "--top", "1", "--json"]);
    expect(classified.results[0].classes[0].label).toBe(labels[best]);
  });
});

describe("preprocess", () => {
  const out = join(folder, "arrow.npy");

  test("the file is the tensor that timm makes", async () => {
    const { stdout } = await succeeds(["preprocess", ARROW, ...SHAPES_SETTINGS, "--out", out]);
    expect(stdout).toBe(`${out}: float32 [3, 96, 96]\n`);
    const tensor = parseNpy(new Uint8Array(readFileSync(out)));
    expect([tensor.dtype, tensor.shape]).toEqual(["float32", [3, 96, 96]]);
    const { sha256Hex } = await import("@samoyed/golden");
    const golden = JSON.parse(readFileSync(join(GOLDEN, "cases", "shapes", "case.json"), "utf8")) as {
      inputSha256: string[];
    };
    const data = tensor.data as Float32Array;
    expect(await sha256Hex(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))).toBe(golden.inputSha256[0]);
  });

  test("JSON: what was resolved, from a model's settings and what replaces them", async () => {
    const { json } = await succeeds([
      "preprocess",
      DOG,
      "--model",
      "ssl_resnext101_32x16d",
      "--crop-pct",
      "1",
      "--out",
      out,
      "--json",
    ]);
    expect(json).toMatchObject({
      out,
      dtype: "float32",
      shape: [3, 224, 224],
      geometry: { canvas: { x: 0, y: 0, width: 224, height: 224 } },
      config: { interpolation: "bilinear", cropPct: 1 },
    });
  });
});

describe("classify", () => {
  test("text: probabilities and names, most probable first", async () => {
    const { stdout } = await succeeds(["classify", model, ARROW, "--top", "2"]);
    expect(stdout).toMatch(/000\.jpg\n {2}0\.\d{4} {2}arrow\n {2}0\.\d{4} {2}\w+\n$/);
  });

  test("JSON, on every backend: the same answer", async () => {
    const answers = [];
    for (const backend of ["onnxruntime-node", "onnxruntime-web"]) {
      const { json } = await succeeds(["classify", model, ARROW, DOG, "--backend", backend, "--json"]);
      expect(json).toMatchObject({ artifact: model, backend });
      expect(json.results.map((result: { image: string }) => result.image)).toEqual([ARROW, DOG]);
      answers.push(json.results[0].classes);
    }
    expect(answers[0]).toHaveLength(5);
    expect(answers[0][0]).toMatchObject({ index: labels.indexOf("arrow"), label: "arrow" });
    for (const [rank, { probability }] of answers[0].entries())
      expect(answers[1][rank].probability).toBeCloseTo(probability, 5);
  });

  test("labels given here replace those of the artifact", async () => {
    const other = join(folder, "numbers.txt");
    writeFileSync(other, labels.map((_, index) => `n${index}\r\n`).join(""));
    const { json } = await succeeds(["classify", model, ARROW, "--labels", other, "--top", "1", "--json"]);
    expect(json.results[0].classes).toEqual([expect.objectContaining({ label: `n${labels.indexOf("arrow")}` })]);
  });
});

describe("run", () => {
  const input = join(folder, "input.npy");
  const output = join(folder, "run", "logits.npy");

  beforeAll(async () => {
    await succeeds(["preprocess", ARROW, ...SHAPES_SETTINGS, "--out", input]);
    mkdirSync(join(folder, "run"));
  });

  test("logits, and the values that were tapped, each in its file", async () => {
    const { stdout } = await succeeds([
      "run",
      model,
      "--input",
      input,
      "--output",
      output,
      "--taps",
      "layer1.0.act3,global_pool.flatten",
    ]);
    expect(stdout.split("\n").map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ["logits", "float32 [1, 10]"],
      ["layer1.0.act3", "float32 [1, 32, 24, 24]"],
      ["global_pool.flatten", "float32 [1, 256]"],
      [""],
    ]);
    expect(filesIn(join(folder, "run"))).toEqual([
      "logits.global_pool.flatten.npy",
      "logits.layer1.0.act3.npy",
      "logits.npy",
    ]);
    const logits = parseNpy(new Uint8Array(readFileSync(output)));
    const recorded = parseNpy(new Uint8Array(readFileSync(join(GOLDEN, "cases", "shapes", "logits64.npy"))));
    for (const [index, value] of (logits.data as Float32Array).entries())
      expect(value).toBeCloseTo((recorded.data as Float64Array)[index]!, 4);
  });

  test("JSON, a batch of two, on either backend", async () => {
    const one = parseNpy(new Uint8Array(readFileSync(input)));
    const data = new Float32Array(2 * one.data.length);
    data.set(one.data as Float32Array);
    data.set(one.data as Float32Array, one.data.length);
    const batch: Tensor<"float32"> = { dtype: "float32", shape: [2, 3, 96, 96], data };
    const path = join(folder, "batch.npy");
    writeFileSync(path, encodeNpy(batch));
    for (const backend of ["onnxruntime-node", "onnxruntime-web"]) {
      const { json } = await succeeds([
        "run",
        model,
        "--input",
        path,
        "--output",
        output,
        "--backend",
        backend,
        "--json",
      ]);
      expect(json).toEqual({
        artifact: model,
        backend,
        outputs: [{ name: "logits", path: output, dtype: "float32", shape: [2, 10] }],
      });
    }
  });
});

describe("doctor", () => {
  test("text: versions, backends, files", async () => {
    const { stdout } = await succeeds(["doctor"]);
    expect(stdout).toMatch(/^samoyed \S+, node \d+\.\d+\.\d+, \w+ \w+\n/);
    expect(stdout).toMatch(/^ {2}onnxruntime-node +ready +\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^ {2}golden data +ready +\S+golden$/m);
  });

  test("what killed runs left in a folder is reported, and removed by --fix leftovers", async () => {
    const [models, model] = [join(folder, "left"), join(folder, "left", "a.tfjs")];
    mkdirSync(model, { recursive: true });
    const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const left = [join(models, `.a.onnx.${machine}-${pid}-0123456789ab.tmp`)];
    left.push(join(model, `.model.json.${machine}-${pid}-0123456789ab.tmp`));
    for (const path of [...left, join(models, "a.onnx")]) writeFileSync(path, "half");
    const { stdout } = await succeeds(["doctor", models]);
    expect(stdout).toContain(`${left[0]}; to mend it: samoyed doctor ${models} --fix leftovers`);
    expect(filesIn(models)).toHaveLength(3);
    const { json } = await runMain(["doctor", models, "--fix", "leftovers", "--json"], {});
    expect(json).toMatchObject({ leftovers: left.map((path) => ({ path, byteLength: 4, removed: true })) });
    expect(filesIn(models)).toEqual(["a.onnx"]);
    expect((await runMain(["doctor", join(folder, "now")], {})).code).toBe(3);
  });

  test("JSON; where assets lie; no password of a proxy", async () => {
    const assets = join(folder, "assets");
    mkdirSync(assets);
    copyFileSync(ARROW, join(assets, "dog.jpg"));
    const env = {
      SAMOYED_ASSETS: assets,
      SAMOYED_CACHE: join(folder, "cache"),
      HTTPS_PROXY: "http://me:secret@proxy:3128",
    };
    const ran = await runMain(["doctor", "--json"], { env });
    expect(ran.json).toMatchObject({
      node: process.versions.node,
      cache: join(folder, "cache"),
      cacheWritable: true,
      golden: GOLDEN,
      assets: [
        { name: "dog.jpg", path: join(assets, "dog.jpg") },
        { name: "imagenet_classes.txt", path: null },
      ],
      network: { HTTPS_PROXY: "http://…@proxy:3128" },
      backends: expect.arrayContaining([
        expect.objectContaining({ name: "onnxruntime-node", format: "onnx", available: true }),
        expect.objectContaining({ name: "onnxruntime-web", format: "onnx", available: true }),
      ]),
    });
    expect((await runMain(["doctor"], { env })).stdout).not.toContain("secret");
  });
});
