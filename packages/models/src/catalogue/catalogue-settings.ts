import { lazyTensor, UsageError } from "@samoyed/core";
import { float, type Graph, type Node } from "@samoyed/ir";
import { ACTIVATION_NODES, type ActivationName, isActivationName } from "../activation-nodes.ts";
import type { NetworkSetting } from "../network-setting.ts";
import type { CatalogueChanges, CataloguedArchitecture } from "./catalogued-architecture.ts";
import type { StoredGraph } from "./stored-graph.ts";

/** The operators that activations are, by name; a network may use others as gates. */
const OPERATORS: Readonly<Record<string, ActivationName>> = { Relu: "relu", Gelu: "gelu", HardSwish: "hard_swish" };
/** Operators of activations and gates. Where there are several kinds, it is not known which of them a user means. */
const KINDS: ReadonlySet<string> = new Set([
  ...Object.keys(OPERATORS),
  "Clip",
  "Elu",
  "Erf",
  "HardSigmoid",
  "LeakyRelu",
  "Mish",
  "PRelu",
  "Selu",
  "Sigmoid",
  "Softplus",
  "Tanh",
]);
const NORMS: ReadonlySet<string> = new Set(["BatchNormalization", "GroupNormalization", "LayerNormalization"]);
/** Operators between the pooling and the features. */
const AFTER_POOLING: ReadonlySet<string> = new Set([
  "Flatten",
  "Identity",
  "LayerNormalization",
  "Reshape",
  "Squeeze",
  "Transpose",
]);
const CHOICES = Object.keys(ACTIVATION_NODES).filter((name) => name !== "none");

/** The operator of the only kind of activation in a graph; `undefined` where there are several, or none that is known. */
function activationOperator({ operators }: StoredGraph): string | undefined {
  const [only, ...others] = operators.filter((op) => KINDS.has(op));
  return others.length === 0 && only !== undefined && OPERATORS[only] !== undefined ? only : undefined;
}

/** The epsilon that all norms of a graph have. */
function commonEpsilon({ nodes, operators, attributes }: StoredGraph): number | undefined {
  const found = new Set<number>();
  for (const [op, place] of nodes) {
    const epsilon = NORMS.has(operators[op]!) ? attributes[place]!["epsilon"] : undefined;
    if (epsilon?.type === "float") found.add(epsilon.value);
  }
  return found.size === 1 ? [...found][0] : undefined;
}

/** How a network pools its last map into features, as far as its last operators show it. */
function poolingOf({ nodes, operators, outputs }: StoredGraph): string | undefined {
  const producers = [-1, ...nodes.flatMap(([, , , count = 1], index) => new Array<number>(count).fill(index))];
  let value: number | undefined = outputs["features"];
  while (value !== undefined) {
    const producer = producers[value]!;
    if (producer < 0) return undefined;
    const [op, , [input]] = nodes[producer]!;
    const operator = operators[op]!;
    if (operator === "GlobalAveragePool" || operator === "ReduceMean") return "avg";
    if (operator === "Gather") return "token";
    if (!AFTER_POOLING.has(operator) || typeof input !== "number") return undefined;
    value = producers.indexOf(producer) - input;
  }
  return undefined;
}

/** What the tensors of a catalogued network do not show, as far as it can be told apart from the rest. */
export function catalogueSettings({ file, changes = {} }: CataloguedArchitecture): readonly NetworkSetting[] {
  const operator = activationOperator(file.graph);
  const epsilon = commonEpsilon(file.graph);
  const pooling = poolingOf(file.graph);
  const activation = changes.activation ?? (operator && OPERATORS[operator]);
  return [
    ...(activation === undefined ? [] : [{ setting: "activation", value: activation, choices: CHOICES }]),
    ...(pooling === undefined ? [] : [{ setting: "pooling", value: pooling, choices: [pooling] }]),
    ...(epsilon === undefined
      ? []
      : [
          {
            setting: "epsilon",
            value: (changes.epsilon ?? Number(epsilon.toPrecision(6))).toExponential(),
            choices: ["NUMBER"],
          },
        ]),
  ];
}

/**
 * A catalogued network with other values of its settings.
 *
 * @throws UsageError for a setting that it does not have, or a value that the setting cannot have.
 */
export function withCatalogueSettings(
  architecture: CataloguedArchitecture,
  given: ReadonlyMap<string, string>,
): CataloguedArchitecture {
  const known = catalogueSettings(architecture);
  let changes: CatalogueChanges = { ...architecture.changes };
  for (const [setting, value] of given) {
    const found = known.find((candidate) => candidate.setting === setting);
    if (found === undefined) {
      const has = known.map((candidate) => candidate.setting).join(", ") || "none that can be chosen";
      throw new UsageError(`the ${setting} of ${architecture.name} cannot be chosen; its settings: ${has}`, {
        hint: "Export the network with torch.export, and convert the .pt2 file.",
      });
    }
    if (setting === "epsilon") {
      const epsilon = Number(value);
      if (!(epsilon > 0 && epsilon < 1)) {
        throw new UsageError(`epsilon got ${JSON.stringify(value)}; expected a number between 0 and 1`);
      }
      changes = { ...changes, epsilon };
    } else if (!found.choices.includes(value)) {
      throw new UsageError(`${setting} got ${JSON.stringify(value)}; expected one of ${found.choices.join(", ")}`, {
        hint: "Export the network with torch.export, and convert the .pt2 file.",
      });
    } else if (isActivationName(value)) {
      changes = { ...changes, activation: value };
    }
  }
  return { ...architecture, changes };
}

/** A graph of the network with its changed settings in place. */
export function applyChanges(graph: Graph, { file, changes = {} }: CataloguedArchitecture): Graph {
  const { activation, epsilon } = changes;
  const initializers = new Map(graph.initializers);
  const constant = (value: number): string => {
    const name = `activation.constant.${value}`;
    initializers.set(name, lazyTensor(name, { dtype: "float32", shape: [], data: Float32Array.of(value) }));
    return name;
  };
  const operator = activationOperator(file.graph);
  const changed = (node: Node): readonly Node[] => {
    if (epsilon !== undefined && NORMS.has(node.op)) {
      return [{ ...node, attributes: { ...node.attributes, epsilon: float(epsilon) } }];
    }
    if (activation === undefined || node.op !== operator) return [node];
    return ACTIVATION_NODES[activation](node.inputs[0]!, node.outputs[0]!, constant);
  };
  return { ...graph, nodes: graph.nodes.flatMap(changed), initializers };
}
