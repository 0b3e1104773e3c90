import type { Tensor } from "@samoyed/core";
import type { CaseBackend } from "../backend.ts";
import { compareLogits } from "../classification/compare-logits.ts";
import { CLASSIFICATION } from "../classification/classification.ts";
import { runBackend } from "../run-backend.ts";
import { standInTensor } from "../stand-in.ts";
import { TOLERANCES } from "../tolerance.ts";
import { verdictOf } from "../verdict.ts";
import type { CensusBackendResult } from "./census-result.ts";
import type { OpenCensusCase } from "./open-census-case.ts";

/** The tensor whose seeded values are the input, beside those of the weights. */
const INPUT_TENSOR = "input";

/** The seeded image of a network, `[channels, height, width]`: the same bits as in the oracle. */
export async function censusInput({ case: { seed, input } }: OpenCensusCase): Promise<Tensor<"float32">> {
  const lazy = standInTensor({
    name: INPUT_TENSOR,
    shape: input,
    dtype: "float32",
    fill: { kind: "normal", std: 1 },
    seed,
  });
  const bytes = await lazy.read();
  return { dtype: "float32", shape: input.slice(1), data: new Float32Array(bytes.buffer) };
}

/**
 * Runs a network's seeded image on a backend and compares the logits with PyTorch's.
 *
 * The backend's sessions take `{ input }` and give `{ logits }`, as those of other cases do.
 *
 * @throws AbortedError when the signal fires; any other failure is a result.
 */
export async function runCensusBackend(
  opened: OpenCensusCase,
  { backend, format, signal }: { backend: CaseBackend; format: string; signal?: AbortSignal | undefined },
): Promise<CensusBackendResult> {
  const common = { backend: backend.name, format };
  const output = await runBackend(backend, {
    task: CLASSIFICATION.output,
    inputs: [await censusInput(opened)],
    taps: undefined,
    onImage: () => {},
    signal,
  });
  if (output.kind === "not run") return { ...common, status: "not run", reasons: [output.reason], fix: output.fix };
  if (output.kind === "crashed") {
    const version = output.version === undefined ? {} : { version: output.version };
    return { ...common, ...version, status: "failed", reasons: [`crashed: ${output.reason}`] };
  }
  const { version } = output;
  if (output.kind === "broke") return { ...common, version, status: "failed", reasons: [output.reason] };
  const { values64: reference, noise } = opened.recording;
  const policy = TOLERANCES[backend.tolerance ?? "float32"];
  const { checks, maxInNoise } = compareLogits(output.output, { reference, noise, policy });
  const verdict = verdictOf(checks);
  const reasons = verdict.kind === "passed" ? verdict.notes : verdict.kind === "failed" ? verdict.reasons : [];
  const status = verdict.kind === "passed" ? "passed" : "failed";
  return { ...common, version, status, reasons, inNoise: maxInNoise, milliseconds: output.milliseconds };
}
