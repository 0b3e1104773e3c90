import { type Contract, contractBeforeHash, encodeContract } from "@samoyed/core";
import type { DoorLayout } from "./door-layout.ts";
import { type TfGraph, type TfPort, tfShape, tfType } from "./tf-graph.ts";
import type { WrittenWeights } from "./write-weights.ts";

/** GraphDef versions of TensorFlow 2; the loader wants them to be there. */
const VERSIONS = { producer: 1087, minConsumer: 12 };

/** Parts that `modelJson` puts beside the graph. */
export interface ModelParts {
  readonly contract: Contract | undefined;
  readonly layout: DoorLayout;
  readonly written: WrittenWeights;
}

/**
 * The text of `model.json`. The contract is near the beginning, as the JSON string that `encodeContract` gives, in
 * `userDefinedMetadata.samoyed`; beside it `samoyedLayout` says how images come in, `samoyedDigests` has the SHA-256 of
 * each weight file, and `samoyedOrder` in which order the
 * ports are where the signature cannot.
 */
export function modelJson(graph: TfGraph, { contract, layout, written: { shards, weights } }: ModelParts): string {
  const signature = { inputs: ports(graph.inputs), outputs: ports(graph.outputs) };
  return JSON.stringify({
    ...leading(contract),
    userDefinedMetadata: {
      ...(contract !== undefined && { samoyed: encodeContract(contract) }),
      samoyedLayout: layout,
      ...(shards.length > 0 && {
        samoyedDigests: Object.fromEntries(shards.map(({ file, sha256 }) => [file, sha256])),
      }),
      ...orderOf(graph, signature),
    },
    signature,
    modelTopology: { node: graph.nodes, library: {}, versions: VERSIONS },
    weightsManifest: weights.length === 0 ? [] : [{ paths: shards.map(({ file }) => file), weights }],
  });
}

function leading(contract: Contract | undefined): object {
  return { format: "graph-model", generatedBy: contract?.generator ?? "samoyed", convertedBy: "samoyed" };
}

/**
 * Offset of the digits of the contract's `source.sha256` in the bytes of `modelJson`: after the text up to them, whose
 * quotation marks are escaped in the contract's JSON. `undefined` where the contract has no source.
 */
export function sourceHashOffset(contract: Contract | undefined): number | undefined {
  const before = contract && contractBeforeHash(contract);
  if (before === undefined) return undefined;
  const text = JSON.stringify({ ...leading(contract), userDefinedMetadata: { samoyed: before } });
  return new TextEncoder().encode(text.slice(0, -'"}}'.length)).byteLength;
}

/** The order of the ports; absent where the signature has it. A JSON object begins with names that are integers, such as `792`. */
function orderOf(graph: TfGraph, signature: Readonly<Record<"inputs" | "outputs", object>>): object {
  const names = { inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs.map(({ name }) => name) };
  const kinds = ["inputs", "outputs"] as const;
  const kept = kinds.every((kind) => Object.keys(signature[kind]).every((name, at) => name === names[kind][at]));
  return kept ? {} : { samoyedOrder: names };
}

function ports(list: readonly TfPort[]): object {
  // Object.fromEntries defines properties, so that a port may have any name.
  return Object.fromEntries(
    list.map(({ name, ref, dtype, shape }) => [
      name,
      { name: ref.includes(":") ? ref : `${ref}:0`, dtype: tfType(dtype), tensorShape: tfShape(shape) },
    ]),
  );
}
