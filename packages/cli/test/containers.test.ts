import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeSafetensors, writeTorchLegacy, writeTorchZip } from "@samoyed/checkpoint";
import { convertFile } from "@samoyed/convert/node";
import { fileSink, fileSource } from "@samoyed/core/node";
import { readOnnx } from "@samoyed/format-onnx";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/folders.ts";
import { drawnTensors } from "./support/stand-in.ts";

const folder = temporaryFolder();
const writers = {
  "stand-in.pth": writeTorchZip,
  "stand-in.legacy.pth": writeTorchLegacy,
  "stand-in.safetensors": writeSafetensors,
};

/** Over the names and bytes of all weights of a model, in the order of the file. */
async function weightsHash(path: string): Promise<string> {
  const source = await fileSource(path);
  const hash = createHash("sha256");
  for (const tensor of (await readOnnx(source)).graph.initializers.values()) {
    hash.update(tensor.name);
    for await (const chunk of tensor.chunks()) hash.update(chunk);
  }
  await source.close();
  return hash.digest("hex");
}

test("the stand-in is the same model from a .pth, a legacy .pth and a safetensors file", async () => {
  const hashes = new Set<string>();
  for (const [file, write] of Object.entries(writers)) {
    const path = join(folder, file);
    const sink = await fileSink(path);
    await write(await drawnTensors(), sink);
    await sink.commit();
    const outDir = join(folder, `${file}.out`);
    const report = await convertFile(path, { outDir, standIn: "stand-in weights: seeded, not trained" });
    expect(report.contract.standIn).toBe("stand-in weights: seeded, not trained");
    hashes.add(await weightsHash(join(outDir, report.files[0]!.file)));
  }
  expect(hashes.size).toBe(1);
});
