import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UnsupportedError, UsageError } from "@samoyed/core";
import { fileSink, fileSource } from "@samoyed/core/node";
import type { WrittenFile } from "@samoyed/convert";
import { readSmyd, type SmydWeights, writeSmyd } from "@samoyed/format-smyd";
import { recordSelfTest, smyd } from "@samoyed/runtime-smyd";
import { version } from "./version.ts";

/** Whether a self-test was asked for; only `.smyd` models carry one. */
export function requireSmyd(asked: boolean, formats: readonly string[]): boolean {
  if (asked && !formats.includes("smyd")) {
    throw new UsageError("--self-test is for .smyd models, and none is written", { hint: "Add it: --to smyd" });
  }
  return asked;
}

/**
 * Runs the `.smyd` model among the files that were written, and writes it once more with the answer in its contract. The
 * plain instructions on one thread compute it, which give the same bits on every machine.
 *
 * @returns the files, with the model's new size.
 * @throws UnsupportedError when the model has no contract, which is where a self-test stands.
 */
export async function addSelfTest(
  files: readonly WrittenFile[],
  { out, signal }: { readonly out: string; readonly signal: AbortSignal },
): Promise<readonly WrittenFile[]> {
  const written = files.find(({ format }) => format === "smyd")!;
  const path = join(out, written.file);
  const session = await smyd({ simd: "plain" }).load(path, { threads: 1, signal });
  const by = `samoyed ${await version()}, plain SIMD`;
  const selfTest = await recordSelfTest(session, { by }).finally(() => session.dispose());
  const source = await fileSource(path);
  try {
    const { graph, contract } = await readSmyd(source, { signal });
    if (contract === undefined) throw new UnsupportedError(`${path}: has no contract, which holds the self-test`);
    const sink = await fileSink(path);
    try {
      const weights = contract.weights as SmydWeights;
      await writeSmyd(graph, { sink, contract: { ...contract, selfTest }, weights, signal });
      await sink.commit();
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } finally {
    await source.close();
  }
  const { size } = await stat(path);
  return files.map((file) => (file === written ? { ...file, byteLength: size } : file));
}
