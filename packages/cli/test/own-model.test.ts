import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { oraclePython, WITHOUT_ORACLE } from "@samoyed/test-support/oracle";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";
import { twoLines } from "./support/two-lines.ts";

const folder = temporaryFolder();
const trained = (file: string): string => fileURLToPath(new URL(`../../../golden/trained/${file}`, import.meta.url));
const CHECKPOINT = trained("shapes.pth");
const IMAGES = [trained("images/000.jpg"), trained("images/001.jpg")];
const ONE = ["--backend", "onnxruntime-node"];
let model = "";

beforeAll(async () => {
  const { json } = await runMain(["convert", CHECKPOINT, "--to", "onnx", "--out", folder, "--json"]);
  model = join(folder, json.files[0].file);
});

describe("a model of the user", () => {
  test("is checked against its checkpoint: the reference's kind and the inputs are named", async () => {
    const { code, stdout } = await runMain([
      "check",
      model,
      "--checkpoint",
      CHECKPOINT,
      "--images",
      IMAGES.join(),
      ...ONE,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}onnxruntime-node \S+ +passed +interpreted/m);
    expect(stdout).toContain("it cannot prove that the network");
    expect(stdout).toContain("000.jpg, 001.jpg");
    expect(stdout).toMatch(/^1 passed$/m);
  });

  test("in a workflow of GitHub, what failed is annotated and the page's summary has the report", async () => {
    const summary = join(folder, "summary.md");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
    const argv = ["check", model, "--backend", "onnxruntime-node", "--require", "smyd"];
    const { code, stderr } = await runMain(argv, { env });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^::error title=.*smyd did not run::/m);
    expect(readFileSync(summary, "utf8")).toMatch(/^## samoyed check: incomplete$/m);
  });

  test("options and files that do not fit are refused with what to do", async () => {
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const { code, stderr } = await runMain(["check", ...argv]);
      expect(code).not.toBe(0);
      twoLines(stderr);
      return stderr;
    };
    expect(await refused(model, "--taps")).toContain("Leave --taps out");
    expect(await refused(CHECKPOINT)).toContain(`samoyed check MODEL --checkpoint ${CHECKPOINT}`);
    expect(await refused("shapes", "--images", IMAGES[0]!)).toContain("samoyed check MODEL");
    expect(await refused(model, "--backend", "smyd")).toContain("format onnx");
    expect(await refused(model, "--reference", CHECKPOINT)).toContain("samoyed reference --python");
    expect(await refused(join(folder, "missing.onnx"))).toContain("no such file");
  });
});

test.skipIf(oraclePython() === undefined)(`the script that records what PyTorch gives${WITHOUT_ORACLE}`, async () => {
  const { code, stdout } = await runMain(["reference", "--python"]);
  expect(code).toBe(0);
  const script = join(folder, "reference.py");
  writeFileSync(script, stdout);
  // timm as the oracle loads it, and a network of the user's own in place of the script's.
  const network = `
import runpy, sys, torch
from samoyed_oracle import torchvision_shim
import timm
torch.manual_seed(1)
model = timm.create_model("test_resnet", num_classes=5).eval()
torch.save(model.state_dict(), "small.pth")
sys.argv = ["reference.py", "--timm", "test_resnet", "--classes", "5", "--checkpoint", "small.pth", *sys.argv[1:]]
runpy.run_path("reference.py", run_name="__main__")
`;
  const env = { ...process.env, PYTHONPATH: fileURLToPath(new URL("../../../tools/oracle", import.meta.url)) };
  execFileSync(oraclePython()!, ["-c", network, ...IMAGES], { cwd: folder, env });
  const small = join(folder, "small.pth");
  const { json } = await runMain([
    "convert",
    small,
    "--model",
    "test_resnet",
    "--out",
    join(folder, "small"),
    "--json",
  ]);
  const recorded = ["--reference", join(folder, "reference.safetensors"), "--images", IMAGES.join()];
  const result = await runMain(["check", join(folder, "small", json.files[0].file), ...recorded, ...ONE]);
  expect(result.stdout).toMatch(/^ {2}onnxruntime-node \S+ +passed +recorded/m);
  expect(result.stdout).toContain("every input tensor is PyTorch's to the bit");
  expect(result.code).toBe(0);
});
