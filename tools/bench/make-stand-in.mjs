// Writes a stand-in checkpoint (seeded, not trained) of a published architecture: node make-stand-in.mjs MODEL FILE
// The file extension decides the container: .safetensors, .legacy.pth, or .pth (zip).
import { fileSink } from "@samoyed/core/node";
import { writeSafetensors, writeTorchLegacy, writeTorchZip } from "@samoyed/checkpoint";
import { standInTensors } from "@samoyed/check";

const [model, file] = process.argv.slice(2);
const CLASSES = 1000;
const tensors = await standInTensors({ model, seed: "bench", head: new Float32Array(CLASSES) });
const write = file.endsWith(".safetensors")
  ? writeSafetensors
  : file.endsWith(".legacy.pth")
    ? writeTorchLegacy
    : writeTorchZip;
const sink = await fileSink(file);
try {
  await write(tensors, sink);
  await sink.commit();
} catch (error) {
  await sink.abort();
  throw error;
}
