import { FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { PyTuple } from "../pickle/values.ts";
import { present } from "../pickle/present.ts";
import { readArchivePickle, type TorchArchive } from "./archive.ts";

/**
 * Opens the tensors of a TorchScript archive: the module's, by dotted attribute names, and the traced constants, as
 * `CONSTANTS.c0` and so on, their names in the archive's code. The code is not read.
 */
export async function openTorchScript(archive: TorchArchive, options: ReadOptions): Promise<Checkpoint> {
  const { label } = archive.zip.source;
  const module = await readArchivePickle(archive, "data.pkl", { ...options, folder: "data", torchscript: true });
  const constants = await readArchivePickle(archive, "constants.pkl", {
    ...options,
    folder: "constants",
    torchscript: true,
  });
  const items = constants instanceof PyTuple ? constants.items : [];
  const named = new Map(items.map((item, index) => [`c${index}`, item]));
  const { root, tensors } = present(module, label);
  for (const [name, tensor] of present(new Map([["CONSTANTS", named]]), label).tensors) {
    if (tensors.has(name)) {
      throw new FormatError(`${label}: the module has an attribute with the name of the constant ${name}`);
    }
    tensors.set(name, tensor);
  }
  return {
    container: "torchscript",
    root,
    tensors,
    metadata: archive.metadata,
    warnings: archive.warnings,
    verifyChecksums: archive.checks.verify,
    close: async () => archive.zip.source.close?.(),
  };
}
