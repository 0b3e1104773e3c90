import { FormatError, UnsupportedError } from "@samoyed/core";
import type { GraphModel } from "@tensorflow/tfjs-converter";
import type { io, Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import { firstLine } from "./first-line.ts";
import type { GraphNode, Model } from "@samoyed/tfjs-file";

/** TensorFlow.js's internal graph: it has no public way to ask which operators it knows. */
interface Inside {
  readonly executor?: {
    readonly graph?: { readonly nodes?: Readonly<Record<string, { op: string; category?: string }>> };
  };
}

type SyncModel = GraphModel<io.IOHandlerSync>;

/**
 * Makes a TensorFlow.js model over existing tensors: nothing is decoded or copied.
 *
 * @throws FormatError when TensorFlow.js rejects the graph.
 * @throws UnsupportedError when it does not know an operator, or computes it only asynchronously: control
 * flow, and shapes that depend on values. The node is named.
 */
export function makeGraphModel(
  { core, converter }: Tf,
  model: Pick<Model, "label" | "signature" | "versions">,
  { nodes, tensors }: { readonly nodes: readonly GraphNode[]; readonly tensors: Record<string, Tensor> },
): SyncModel {
  const artifacts: io.ModelArtifacts = {
    modelTopology: { node: nodes, versions: model.versions },
    signature: model.signature,
    weightSpecs: [],
    weightData: new ArrayBuffer(0),
  };
  const made = new converter.GraphModel({ load: () => artifacts }, {}, { ...core.io, decodeWeights: () => tensors });
  try {
    made.load();
  } catch (cause) {
    const message = firstLine(cause instanceof Error ? cause.message : String(cause));
    throw new FormatError(`${model.label}: TensorFlow.js cannot read the graph: ${message}`, { cause });
  }
  const known = (made as unknown as Inside).executor?.graph?.nodes ?? {};
  for (const [name, { op, category }] of Object.entries(known)) {
    const reason = reasonAgainst(category);
    if (reason === undefined) continue;
    throw new UnsupportedError(`${model.label}: the node ${JSON.stringify(name)} is a ${op}; ${reason.what}`, {
      hint: reason.hint,
      details: { node: name, op },
    });
  }
  return made;
}

/** Categories of operators that return promises (tfjs-converter 4.22.0, `operations/operation_executor.ts`). */
const DYNAMIC: ReadonlySet<string> = new Set(["control", "dynamic", "hash_table"]);

/** Returns why a session cannot compute the operators of one of TensorFlow.js's categories. */
function reasonAgainst(category: string | undefined): { readonly what: string; readonly hint: string } | undefined {
  if (category === undefined) {
    return { what: "TensorFlow.js has no such operator", hint: "Update TensorFlow.js, or convert to ONNX." };
  }
  if (!DYNAMIC.has(category)) return undefined;
  return {
    what: `TensorFlow.js computes operators of its category ${category} only in executeAsync`,
    hint: "Remove it from the network, or convert to ONNX.",
  };
}
