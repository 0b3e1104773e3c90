import { readSafetensorsHeader, SamoyedError } from "@samoyed/core";
import {
  countStorage,
  describeValues,
  type Format,
  type KeptFiles,
  readSwitch,
  openKept,
  readGraphWeights,
  withFiles,
} from "@samoyed/graph";
import type { SmydModel } from "./read-smyd.ts";
import { SMYD_WEIGHTS, type SmydWeights } from "./storage.ts";

/** `.smyd`: one file, which is also a safetensors file. */
export const smydFormat: Format = {
  name: "smyd",
  title: ".smyd",
  noun: "a .smyd model",
  ending: ".smyd",
  weights: SMYD_WEIGHTS,
  renews: true,
  options: [
    {
      name: "selfTest",
      flag: "self-test",
      description: "record in a .smyd model what it answers, for machines to test themselves",
      needsEngine: true,
      read: readSwitch,
    },
  ],
  async prepare(graph, { contract, weights, signal }) {
    const { prepareSmyd } = await import("./write-smyd.ts");
    const options = { ...(contract && { contract }), weights: weights as SmydWeights | undefined, signal };
    const { stored, write } = await prepareSmyd(graph, options);
    return {
      refusals: [],
      storage: countStorage(stored),
      async write({ name, createSink, signal: stop }) {
        const entry = `${name}.smyd`;
        const sink = await createSink(entry);
        return { entry, ...(await write({ sink, signal: stop })) };
      },
    };
  },
  read: (files, { signal, sizes }) =>
    openKept(files, {
      signal,
      sizes,
      work: ({ open }) => readModel(open, signal),
    }),
  describe: (files, { signal }) =>
    withFiles(files, {
      signal,
      async work({ open }) {
        const { readSmydHeader } = await import("@samoyed/smyd-file");
        const { version, graph, hashed, contract } = await readSmydHeader(await open(""), { signal });
        const { opset, inputs, outputs, nodes } = graph;
        return {
          format: `.smyd version ${version}, opset ${opset}`,
          inputs,
          outputs,
          nodes,
          tensors: Array.from(graph.initializers.values(), ({ name, storage, shape, layout }) => ({
            name,
            dtype: storage,
            shape,
            layout,
          })),
          bytes: hashed.reduce((sum, { byteLength }) => sum + byteLength, 0),
          contract,
          values: describeValues(nodes),
          unverified: "the weights, against their hashes: samoyed classify, run and convert do it as they read them",
          facts: { version, opset, weightsVerified: false },
        };
      },
    }),
  readWeights: (files, options) =>
    withFiles(files, {
      signal: options.signal,
      async work({ open }) {
        const { graph } = await readModel(open, options.signal);
        await readGraphWeights(graph, options);
      },
    }),
  /** A safetensors file whose metadata names the format. */
  async sniff(source, options) {
    try {
      return (await readSafetensorsHeader(source, options)).metadata.get("format") === "smyd";
    } catch (error) {
      // None, or a damaged one: reading it as what its name says tells more.
      if (error instanceof SamoyedError && error.code !== "io" && error.code !== "aborted") return false;
      throw error;
    }
  },
};

async function readModel(open: KeptFiles["open"], signal: AbortSignal | undefined): Promise<SmydModel> {
  const { readSmyd } = await import("./read-smyd.ts");
  return readSmyd(await open(""), { signal });
}
