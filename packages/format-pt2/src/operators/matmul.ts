import { float, int, ints, string } from "@samoyed/ir";
import type { Call } from "../lowering/call.ts";
import type { Lowering, Lowerings } from "../lowering/lowering.ts";

function product(a: string, b: string): Lowering {
  return (call) => call.emit("MatMul", [call.tensor(a).value, call.tensor(b).value]);
}

/** x · weightᵀ + bias. */
const linear: Lowering = (call) => {
  const x = call.tensor("input");
  const weight = call.tensor("weight");
  const bias = call.optional("bias");
  if (x.sizes.length === 2 && weight.sizes.length === 2) {
    return call.emit("Gemm", [x.value, weight.value, ...(bias === undefined ? [] : [bias.value])], { transB: int(1) });
  }
  const perm = weight.sizes.length === 2 ? [1, 0] : [0];
  const transposed = call.emit("Transpose", [weight.value], { perm: ints(perm) });
  const result = call.emit("MatMul", [x.value, transposed]);
  return bias === undefined ? result : call.emit("Add", [result, bias.value]);
};

/** beta · self + alpha · a · b of matrices. */
const addmm: Lowering = (call) => {
  const inputs = ["mat1", "mat2", "self"].map((name) => call.tensor(name).value);
  return call.emit("Gemm", inputs, { alpha: float(call.number("alpha")), beta: float(call.number("beta")) });
};

/** beta · self + alpha · a · b of matrices or batches. */
function addProduct(a: string, b: string): Lowering {
  return (call) => {
    const { dtype } = call.output();
    const scale = (value: string, name: string): string =>
      call.number(name) === 1 ? value : call.emit("Mul", [value, call.scalar(name, dtype)]);
    const result = scale(call.emit("MatMul", [call.tensor(a).value, call.tensor(b).value]), "alpha");
    if (call.number("beta") === 0) return result;
    return call.emit("Add", [scale(call.tensor("self").value, "beta"), result]);
  };
}

const einsum: Lowering = (call) => {
  const equation = call.string("equation") ?? call.refuse("it has no equation");
  const { dtype } = call.output();
  const inputs = call.tensors("tensors").map((operand) => call.emitter.cast(operand, dtype));
  return call.emit("Einsum", inputs, { equation: string(equation.replaceAll(" ", "")) });
};

function unsqueeze(call: Call, name: string, axis: number): string {
  return call.emit("Unsqueeze", [call.tensor(name).value, call.emitter.ints([axis])]);
}

/** Products of matrices. */
export const MATMUL: Lowerings = {
  "linear.default": linear,
  "matmul.default": product("self", "other"),
  "mm.default": product("self", "mat2"),
  "bmm.default": product("self", "mat2"),
  "mv.default": product("self", "vec"),
  "dot.default": product("self", "tensor"),
  "addmm.default": addmm,
  "baddbmm.default": addProduct("batch1", "batch2"),
  "addmv.default": addProduct("mat", "vec"),
  "einsum.default": einsum,
  "outer.default": (call) => call.emit("Mul", [unsqueeze(call, "self", 1), unsqueeze(call, "vec2", 0)]),
};
