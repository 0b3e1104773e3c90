import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InternalError, UnsupportedError } from "@samoyed/core";
import { fileSink, modelFilesAt } from "@samoyed/core/node";
import type { WrittenFile } from "@samoyed/convert";
import type { Format } from "@samoyed/graph";
import { recordSelfTest, smyd } from "@samoyed/runtime-smyd";
import { version } from "./version.ts";

/**
 * Runs the model of a format among the files that were written, and writes it once more with the answer in its contract.
 * The plain instructions on one thread compute it, which give the same bits on every machine.
 *
 * @returns the files, with the model's new size.
 * @throws UnsupportedError when the model has no contract, which is where a self-test goes.
 */
export async function addSelfTest(
  files: readonly WrittenFile[],
  { format, out, signal }: { readonly format: Format; readonly out: string; readonly signal: AbortSignal },
): Promise<readonly WrittenFile[]> {
  const engine = smyd({ simd: "plain" });
  if (engine.format !== format.name)
    throw new InternalError(`no engine records a self-test for ${format.title} models`);
  const written = files.find((file) => file.format === format.name)!;
  const path = join(out, written.file);
  const session = await engine.load(path, { threads: 1, signal });
  const by = `samoyed ${await version()}, plain SIMD`;
  const selfTest = await recordSelfTest(session, { by }).finally(() => session.dispose());
  const { graph, contract, close } = await format.read!(modelFilesAt(path), { signal });
  try {
    if (contract === undefined) throw new UnsupportedError(`${path}: has no contract, which holds the self-test`);
    const prepared = await format.prepare(graph, {
      contract: { ...contract, selfTest },
      // As they are: what the file has in int8 is read as such.
      weights: contract.weights === "float32" ? undefined : contract.weights,
      options: {},
      signal,
    });
    const sink = await fileSink(path);
    try {
      await prepared.write({ name: written.file, createSink: async () => sink, signal });
      await sink.commit();
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } finally {
    await close();
  }
  const { size } = await stat(path);
  return files.map((file) => (file === written ? { ...file, byteLength: size } : file));
}
