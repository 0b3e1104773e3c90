import {
  type Attribute,
  float,
  int,
  readAttribute,
  readFloat,
  readInt,
  readString,
  string,
  type Node,
} from "@samoyed/ir";

/*
 * Operators of onnxruntime's domain com.microsoft that are ONNX's own, or several of those (onnxruntime,
 * docs/ContribOperators.md). Files that its optimizers wrote have them.
 *
 *   FusedConv, FusedGemm      = Conv, Gemm, then the activation
 *   FusedMatMul(a, b)         = alpha · aᵀ? · bᵀ?
 *   Gelu(x)                   = ½ x (1 + Erf(x / √2));  BiasGelu(x, b) = Gelu(x + b)
 *   FastGelu(x, b)            = ½ z (1 + Tanh(√(2/π) (z + 0.044715 z³))),  z = x + b
 *   QuickGelu(x)              = x · Sigmoid(alpha x)
 *   SkipLayerNormalization    = LayerNormalization(x + skip + bias)
 */

/** Makes the nodes in place of one. */
export interface VendorEmit {
  readonly opset: number;
  /** Adds a node in between and returns the name of its output. */
  node(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** Adds the node that makes the first output of the one that is replaced. */
  result(op: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): void;
  /** A constant of no axes, of the type that the node computes in. */
  scalar(value: number): string;
}

/** How one operator is written by ONNX's. */
interface VendorOperator {
  /** The reason why a node is not handled, in words. */
  readonly check?: (node: Node, opset: number) => string | undefined;
  readonly expand: (node: Node, emit: VendorEmit) => void;
}

type Inputs = readonly [string, string, string, string, string];

/** Inputs with the empty name for those that are left out. */
const inputsOf = ({ inputs }: Node): Inputs => [0, 1, 2, 3, 4].map((place) => inputs[place] ?? "") as unknown as Inputs;

const OF_FUSED: readonly string[] = [
  "activation",
  "activation_params",
  "activation_alpha",
  "activation_beta",
  "activation_gamma",
];

/** Attributes without those of the fusion. */
function ownAttributes({ attributes }: Node): Readonly<Record<string, Attribute>> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !OF_FUSED.includes(name)));
}

const parameter = (node: Node, place: number, name: string, fallback: number): number =>
  readAttribute(node, "activation_params", "floats")?.[place] ?? readFloat(node, name, fallback);

function activate(node: Node, value: string, emit: VendorEmit): void {
  const activation = readString(node, "activation", "");
  const alpha = (fallback: number): Attribute => float(parameter(node, 0, "activation_alpha", fallback));
  if (activation === "LeakyRelu") emit.result(activation, [value], { alpha: alpha(0.01) });
  else if (activation === "HardSigmoid") {
    emit.result(activation, [value], { alpha: alpha(0.2), beta: float(parameter(node, 1, "activation_beta", 0.5)) });
  } else emit.result(activation === "" ? "Identity" : activation, [value]);
}

const ACTIVATIONS = ["", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid"];

function checkActivation(node: Node): string | undefined {
  const activation = readString(node, "activation", "");
  return ACTIVATIONS.includes(activation) ? undefined : `its activation is ${JSON.stringify(activation)}`;
}

/** The activation of a convolution comes after the addition of a fourth input, if there is one. */
const fusedConv: VendorOperator = {
  check: checkActivation,
  expand(node, emit) {
    const [x, weight, bias, sum] = inputsOf(node);
    const conv = emit.node("Conv", bias === "" ? [x, weight] : [x, weight, bias], ownAttributes(node));
    activate(node, sum === "" ? conv : emit.node("Add", [conv, sum]), emit);
  },
};

const fusedGemm: VendorOperator = {
  check: checkActivation,
  expand: (node, emit) => activate(node, emit.node("Gemm", node.inputs, ownAttributes(node)), emit),
};

const fusedMatMul: VendorOperator = {
  check(node, opset) {
    if (readInt(node, "transBatchA", 0) !== 0 || readInt(node, "transBatchB", 0) !== 0) return "it transposes a batch";
    const transposes = readInt(node, "transA", 0) !== 0 || readInt(node, "transB", 0) !== 0;
    return transposes && opset < 12 ? "it transposes, which needs operator set 12" : undefined;
  },
  expand(node, emit) {
    const a = readInt(node, "transA", 0) !== 0 ? "...ji" : "...ij";
    const b = readInt(node, "transB", 0) !== 0 ? "...kj" : "...jk";
    const alpha = readFloat(node, "alpha", 1);
    const plain = a === "...ij" && b === "...jk";
    const op = plain ? "MatMul" : "Einsum";
    const attributes: Readonly<Record<string, Attribute>> = plain ? {} : { equation: string(`${a},${b}->...ik`) };
    if (alpha === 1) emit.result(op, node.inputs, attributes);
    else emit.result("Mul", [emit.node(op, node.inputs, attributes), emit.scalar(alpha)]);
  },
};

const sum = (x: string, bias: string, emit: VendorEmit): string => (bias === "" ? x : emit.node("Add", [x, bias]));

const gelu: VendorOperator = {
  check: (_, opset) => (opset < 9 ? "it needs Erf, which came with operator set 9" : undefined),
  expand(node, emit) {
    const [input, bias] = inputsOf(node);
    const x = sum(input, bias, emit);
    const gate = emit.node("Erf", [emit.node("Mul", [x, emit.scalar(Math.SQRT1_2)])]);
    const half = emit.node("Mul", [x, emit.scalar(0.5)]);
    emit.result("Mul", [half, emit.node("Add", [gate, emit.scalar(1)])]);
  },
};

const fastGelu: VendorOperator = {
  expand(node, emit) {
    const [input, bias] = inputsOf(node);
    const x = sum(input, bias, emit);
    const times = (value: string, factor: number): string => emit.node("Mul", [value, emit.scalar(factor)]);
    const cube = emit.node("Mul", [emit.node("Mul", [x, x]), x]);
    const gate = emit.node("Tanh", [times(emit.node("Add", [x, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))]);
    emit.result("Mul", [times(x, 0.5), emit.node("Add", [gate, emit.scalar(1)])]);
  },
};

const quickGelu: VendorOperator = {
  expand(node, emit) {
    const x = node.inputs[0]!;
    const scaled = emit.node("Mul", [x, emit.scalar(readFloat(node, "alpha", 1.702))]);
    emit.result("Mul", [x, emit.node("Sigmoid", [scaled])]);
  },
};

const skipLayerNormalization: VendorOperator = {
  check(node, opset) {
    if (opset < 17) return "it needs LayerNormalization, which came with operator set 17";
    return node.outputs.slice(1).some((name) => name !== "") ? "more than its first output is used" : undefined;
  },
  expand(node, emit) {
    const [x, skip, gamma, beta, bias] = inputsOf(node);
    const value = sum(emit.node("Add", [x, skip]), bias, emit);
    emit.result("LayerNormalization", beta === "" ? [value, gamma] : [value, gamma, beta], {
      axis: int(-1),
      epsilon: float(readFloat(node, "epsilon", 1e-12)),
    });
  },
};

const OPERATORS: ReadonlyMap<string, VendorOperator> = new Map([
  ["BiasGelu", gelu],
  ["FastGelu", fastGelu],
  ["FusedConv", fusedConv],
  ["FusedGemm", fusedGemm],
  ["FusedMatMul", fusedMatMul],
  ["Gelu", gelu],
  ["QuickGelu", quickGelu],
  ["SkipLayerNormalization", skipLayerNormalization],
]);

/** Operators of com.microsoft that are read. */
export const VENDOR_OPERATORS: readonly string[] = [...OPERATORS.keys()];

/** Whether an operator of another domain may be written by ONNX's. */
export function isVendorOperator(domain: string, op: string): boolean {
  return domain === "com.microsoft" && OPERATORS.has(op);
}

/** The reason why a node of such an operator cannot be written by ONNX's at an operator set; `undefined` where it can. */
export function vendorRefusal(node: Node, opset: number): string | undefined {
  return OPERATORS.get(node.op)!.check?.(node, opset);
}

/** Writes a node that `vendorRefusal` has nothing against by ONNX's operators. */
export function expandVendor(node: Node, emit: VendorEmit): void {
  OPERATORS.get(node.op)!.expand(node, emit);
}
