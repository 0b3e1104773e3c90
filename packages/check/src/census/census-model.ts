import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { writeSafetensors, writeTorchExport } from "@samoyed/checkpoint";
import {
  FormatError,
  lazyFromChunks,
  type LazyTensor,
  MismatchError,
  renameLazy,
  tensorByteLength,
} from "@samoyed/core";
import { type CensusTensor, type OpenCensusCase, parseCensusTensors, standInTensor } from "@samoyed/golden";
import { writeWhole } from "../write-whole.ts";

/** Largest decompressed file of a case, in bytes: twenty times the largest one. */
const MAX_BYTES = 256 * 2 ** 20;

/** Reads a compressed file of a case. */
async function readGzip({ files }: OpenCensusCase, name: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(await files.read(name), { maxOutputLength: MAX_BYTES });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && String(cause.code).match(/^(?:Z_|ERR_BUFFER)/u)) {
      throw new FormatError(`${files.label}/${name}: is not gzip, or more than ${MAX_BYTES} bytes`, { cause });
    }
    throw cause;
  }
}

/**
 * The tensors of a network of the census. Seeded ones are generated while they are read.
 *
 * @throws FormatError when a file of the case is damaged.
 */
export async function censusTensors(
  opened: OpenCensusCase,
): Promise<readonly { readonly place: CensusTensor["place"]; readonly tensor: LazyTensor }[]> {
  const label = `${opened.files.label}/tensors.json.gz`;
  const json = new TextDecoder().decode(await readGzip(opened, "tensors.json.gz"));
  const entries = parseCensusTensors(json, label);
  const stored = entries.some((entry) => "offset" in entry) ? await readGzip(opened, "stored.bin.gz") : undefined;
  return entries.map((entry) => {
    const { name, place, dtype, shape } = entry;
    if ("fill" in entry) {
      if (dtype !== "float32" && dtype !== "int64") {
        throw new FormatError(`${label}: ${name} is ${dtype} and filled from the seed; expected float32 or int64`);
      }
      const { fill, sharedWith = name } = entry;
      const tensor = standInTensor({ name: sharedWith, dtype, shape, fill, seed: opened.case.seed });
      return { place, tensor: renameLazy(tensor, name) };
    }
    const bytes = stored!.subarray(entry.offset, entry.offset + tensorByteLength(dtype, shape));
    return {
      place,
      tensor: lazyFromChunks({ name, dtype, shape }, async function* () {
        yield bytes;
      }),
    };
  });
}

/**
 * Writes a network of the census as the `.pt2` file that PyTorch's `torch.export.save` would write.
 *
 * @throws MismatchError when the weights are not those that the case was recorded with.
 */
export async function writeCensusModel(
  opened: OpenCensusCase,
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const tensors = await censusTensors(opened);
  const graph = await readGzip(opened, "program.json.gz");
  const hash = createHash("sha256");
  const at = (place: CensusTensor["place"]): LazyTensor[] =>
    tensors.filter((entry) => entry.place === place).map(({ tensor }) => hashed(tensor, hash));
  await writeWhole(path, signal, async (sink) => {
    await writeTorchExport({ graph, stateDict: at("weights"), constants: at("constants") }, sink, { signal });
    const actual = hash.digest("hex");
    if (actual !== opened.case.weightsSha256) {
      throw new MismatchError(
        `${opened.files.label}: the weights have SHA-256 ${actual}; recorded were those of ${opened.case.weightsSha256}`,
        { hint: "Record the network again with tools/oracle: nothing else may write a reference." },
      );
    }
  });
}

/**
 * Writes the state dict of a network of the census alone, as safetensors: its weights are those of the `.pt2` file.
 */
export async function writeCensusCheckpoint(
  opened: OpenCensusCase,
  path: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const tensors = await censusTensors(opened);
  const weights = tensors.filter(({ place }) => place === "weights").map(({ tensor }) => tensor);
  await writeWhole(path, signal, (sink) => writeSafetensors(weights, sink, { signal }));
}

/** Hashes a tensor's bytes while they are written. */
function hashed(tensor: LazyTensor, hash: { update(bytes: Uint8Array): unknown }): LazyTensor {
  return lazyFromChunks(tensor, async function* (options) {
    for await (const chunk of tensor.chunks(options)) {
      hash.update(chunk);
      yield chunk;
    }
  });
}
