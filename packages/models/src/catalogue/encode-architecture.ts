import { type DType, InternalError } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { tapName } from "../tap-name.ts";
import type { ArchitectureFile, DependentAxis, StoredWeight } from "./architecture-file.ts";
import { encodeGraphs } from "./encode-graph.ts";
import { ARCHITECTURE_VERSION } from "./stored-graph.ts";

/** A network as it was exported: graphs whose weights have no elements, and its state dict. */
export interface ExportedNetwork {
  /** Its outputs: logits and features; features alone where there is no classifier. */
  readonly graph: Graph;
  readonly outputs: readonly ("logits" | "features")[];
  /** The modules of timm's `features_only` and a graph whose outputs they are. */
  readonly taps?: { readonly graph: Graph; readonly modules: readonly string[] } | undefined;
  readonly state: readonly (readonly [name: string, dtype: DType, shape: readonly number[]])[];
  readonly classes: readonly DependentAxis[];
  readonly absentWithoutClasses: readonly string[];
  readonly channels: readonly DependentAxis[];
  readonly sides?: ArchitectureFile["sides"];
}

/** Makes an architecture's file of an exported network. */
export async function encodeArchitecture(network: ExportedNetwork): Promise<ArchitectureFile> {
  const { graph, outputs, taps, state, classes, absentWithoutClasses, channels, sides } = network;
  if (graph.outputs.length !== outputs.length) {
    throw new InternalError(`the graph has ${graph.outputs.length} outputs; expected ${outputs.join(", ")}`);
  }
  const modules = taps?.modules ?? [];
  const encoded = await encodeGraphs(
    [
      { graph, outputs: Object.fromEntries(graph.outputs.map(({ name }, i) => [name, outputs[i]!])) },
      ...(taps === undefined
        ? []
        : [
            {
              graph: taps.graph,
              outputs: Object.fromEntries(taps.graph.outputs.map(({ name }, i) => [name, tapName(modules[i]!)])),
            },
          ]),
    ],
    state.map(([name]) => name),
  );
  return {
    version: ARCHITECTURE_VERSION,
    tensors: state.map(([name, dtype, shape]): StoredWeight =>
      dtype === "float32" ? [name, shape] : [name, shape, dtype],
    ),
    classes,
    absentWithoutClasses,
    channels,
    ...(sides !== undefined && { sides }),
    taps: modules,
    ...encoded,
  };
}
