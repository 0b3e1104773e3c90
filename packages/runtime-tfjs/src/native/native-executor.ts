import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UnsupportedError } from "@samoyed/core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Executor, LoadedWeights, Tf } from "../engine-source.ts";
import { firstLine } from "../first-line.ts";
import { type Model, producerOf } from "@samoyed/tfjs-file";
import { nativeGraph } from "./native-graph.ts";
import { encodeSavedModel, TAG } from "./saved-model.ts";

/** The functions for SavedModels of tfjs-node's backend (tfjs-node 4.22.0, `nodejs_kernel_backend.ts`). */
interface NodeBackend {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: Tensor[],
    places: readonly { readonly name: string }[],
    outputs: string[],
  ): Tensor[];
  deleteSavedModel(id: number): void;
}

/**
 * Runs a whole graph in one session of TensorFlow, instead of one call for each node: TensorFlow then computes bias, sum and
 * Relu with the convolution before them.
 *
 * The graph goes through a small file in the system's temporary folder, which is deleted before this returns: the binding
 * reads only SavedModels. The weights stay the engine's tensors, and are passed by reference.
 *
 * @returns `undefined` if the graph has something that native graphs do not support (`native-graph.ts`).
 * @throws UnsupportedError when TensorFlow refuses the graph, with its reason.
 */
export async function nativeExecutor(
  { core }: Tf,
  { label, inputs: ports, outputs }: Model,
  { nodes, tensors }: LoadedWeights,
): Promise<Executor | undefined> {
  const graph = nativeGraph(nodes, tensors);
  if ("declined" in graph) return undefined;
  const inputs = ports.map(({ name, ref }) => ({ name, placeholder: graph.placeholders.get(producerOf(ref)) }));
  // A signature may name any node as an input.
  if (inputs.some(({ placeholder }) => placeholder === undefined)) return undefined;
  const weights = Array.from(graph.placeholders, ([name, placeholder]) => ({ name, placeholder })).filter(({ name }) =>
    Object.hasOwn(tensors, name),
  );
  const places = [...inputs, ...weights].map(({ placeholder }) => ({ name: `${placeholder}:0` }));
  const backend = core.findBackend("tensorflow") as unknown as NodeBackend;
  const folder = await mkdtemp(join(tmpdir(), "samoyed-graph-"));
  let id: number;
  try {
    await writeFile(join(folder, "saved_model.pb"), encodeSavedModel(graph.nodes));
    id = backend.loadSavedModelMetaGraph(folder, TAG);
  } catch (cause) {
    const message = firstLine(cause instanceof Error ? cause.message : String(cause));
    throw new UnsupportedError(`${label}: TensorFlow cannot read the graph: ${message}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const refs = new Map(outputs.map(({ name, ref }) => [name, ref]));
  return {
    execute(given, names) {
      const fed = [...inputs.map(({ name }) => given[name]!), ...weights.map(({ name }) => tensors[name]!)];
      return backend.runSavedModel(
        id,
        fed,
        places,
        names.map((name) => withIndex(refs.get(name) ?? name)),
      );
    },
    dispose() {
      backend.deleteSavedModel(id);
      core.dispose(tensors);
    },
  };
}

/** Returns a node's output name with an index: the binding misreads a name without one as a number. */
function withIndex(ref: string): string {
  return ref.includes(":") ? ref : `${ref}:0`;
}
