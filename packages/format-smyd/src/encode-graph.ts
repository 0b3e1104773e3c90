import { UsageError } from "@samoyed/core";
import type { Attribute, Graph } from "@samoyed/ir";
import type { SmydWeight, WeightRecord } from "@samoyed/smyd-file";
import { plainAttributes } from "./plain-attributes.ts";
import type { PlannedWeight } from "./weight-records.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A graph's JSON, as the specification has it: the same graph gives the same text. */
export function encodeGraph(graph: Graph, weights: readonly PlannedWeight[]): string {
  const { name, opset, inputs, outputs, nodes } = graph;
  return JSON.stringify(
    {
      name,
      opset,
      inputs: inputs.map(port),
      outputs: outputs.map(port),
      nodes: nodes.map((node) => ({
        name: node.name,
        op: node.op,
        inputs: node.inputs,
        outputs: node.outputs,
        // fromEntries defines properties, so that an attribute may have any name.
        attributes: Object.fromEntries(
          Object.entries(plainAttributes(node)).map(([key, attribute]) => [key, encodeAttribute(attribute)]),
        ),
      })),
      weights: weights.map(({ record }) => encodeRecord(record)),
    },
    refuseSurrogates,
  );
}

function port({ name, dtype, shape }: Graph["inputs"][number]): object {
  return { name, dtype, shape };
}

function encodeRecord({ name, shape, layout, groups, storage, tensor, scale }: WeightRecord): object {
  return {
    name,
    shape,
    layout,
    ...(layout === "panel8" && { groups }),
    storage,
    tensor,
    ...(scale !== undefined && { scale }),
  };
}

function encodeAttribute({ type, value }: Attribute<SmydWeight>): object {
  if (type === "float") return { type, value: encodeFloat(value) };
  if (type === "floats") return { type, value: value.map(encodeFloat) };
  return { type, value };
}

/** JSON has neither infinities nor a sign of zero that `JSON.stringify` would write. */
function encodeFloat(value: number): number | string {
  if (!Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? "-0" : value;
}

function refuseSurrogates(key: string, value: unknown): unknown {
  const text = typeof value === "string" && LONE_SURROGATE.test(value) ? value : key;
  if (LONE_SURROGATE.test(text)) {
    throw new UsageError(`the graph's ${JSON.stringify(text)} contains half of a surrogate pair and cannot be written`);
  }
  return value;
}
