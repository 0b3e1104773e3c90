import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { openCheckpoint, stateDict, writeTorchZip } from "@samoyed/checkpoint";
import { convertCheckpoint } from "@samoyed/convert";
import { bytesToArray, type LazyTensor, lazyTensor, type MemorySink, memorySink, memorySource } from "@samoyed/core";
import { findModel, loadArchitecture, modelParameters } from "@samoyed/models";
import { onnxruntimeNode } from "@samoyed/runtime-onnx";
import { preprocessOnce } from "@samoyed/test-support/preprocess-once";
import type { CaseBackend } from "../src/backend.ts";
import { loadCase } from "../src/load-case.ts";
import type { LoadedCase } from "../src/open-case.ts";
import type { Preprocess } from "../src/prepare-inputs.ts";
import type { CaseResult } from "../src/result.ts";
import { runCase } from "../src/run-case.ts";
import { readStandIn } from "../src/read-stand-in.ts";
import { standInTensors } from "../src/stand-in-tensors.ts";

const prepare = preprocessOnce();
const root = fileURLToPath(new URL("../../../golden/cases/", import.meta.url));

/** A case of the repository. */
export async function openGolden(name: string): Promise<LoadedCase> {
  return loadCase(`${root}${name}`);
}

/** The weights of a case, as in its checkpoint. */
export async function caseTensors({ case: golden, files }: LoadedCase): Promise<LazyTensor[]> {
  const { checkpoint, model } = golden;
  if (checkpoint.kind === "file") {
    return [...stateDict(await openCheckpoint(memorySource(await files.read(checkpoint.path)))).tensors.values()];
  }
  const { architectureName, numClasses } = await findModel(model);
  const parameters = modelParameters(await loadArchitecture(architectureName), { numClasses });
  return standInTensors(parameters, await readStandIn(checkpoint, files));
}

/** Changes one tensor in place and keeps the others. */
export async function changeTensor(
  tensors: readonly LazyTensor[],
  { name, change }: { readonly name: string; readonly change: (data: Float32Array) => void },
): Promise<LazyTensor[]> {
  const index = tensors.findIndex((tensor) => tensor.name === name);
  const tensor = tensors[index];
  if (!tensor) throw new Error(`no tensor ${name}`);
  const data = bytesToArray(await tensor.read(), "float32");
  change(data);
  return tensors.with(index, lazyTensor(name, { dtype: "float32", shape: tensor.shape, data }));
}

/** Converts weights to the bytes of a model, through a real checkpoint file. */
export async function convertTensors(tensors: readonly LazyTensor[], golden: LoadedCase): Promise<Uint8Array> {
  const pth = memorySink();
  await writeTorchZip(tensors, pth);
  await pth.commit();
  const { checkpoint, model, preprocess } = golden.case;
  let written: MemorySink | undefined;
  await convertCheckpoint(memorySource(pth.bytes(), "mutated.pth"), {
    createSink: async () => (written = memorySink()),
    preprocess,
    // Node's own hash is ten times as fast as the portable one.
    sourceSha256: createHash("sha256").update(pth.bytes()).digest("hex"),
    // The trained network is recognized by its tensors; its name is not a timm name.
    ...(checkpoint.kind === "stand-in" ? { model, standIn: checkpoint.note } : {}),
  });
  return written!.bytes();
}

/** Runs the case on onnxruntime-node, with a model and a way of preprocessing. */
export async function runChain(
  golden: LoadedCase,
  options: {
    readonly model: Uint8Array;
    readonly preprocess?: Preprocess;
    readonly depth?: "outputs" | "layers";
  },
): Promise<CaseResult> {
  const engine = onnxruntimeNode();
  const backend: CaseBackend = {
    name: engine.name,
    availability: () => engine.availability(),
    open: () => engine.load(options.model),
  };
  return runCase(golden, {
    backends: [backend],
    preprocess: options.preprocess ?? prepare,
    asset: (name) => readFile(name),
    ...(options.depth ? { depth: options.depth } : {}),
  });
}

/** The status of each check that a run made, by name. */
export function statuses(result: CaseResult): Record<string, string> {
  const [backend] = result.backends;
  return Object.fromEntries([
    ["preprocess", result.preprocess.status],
    ...backend!.checks.map(({ name, status }) => [name, status]),
    ["verdict", backend!.verdict.kind],
  ]);
}
