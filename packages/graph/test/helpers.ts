import { elementCount, lazyTensor, type Tensor } from "@samoyed/core";
import type { Attribute, Dim, Graph } from "@samoyed/ir";
import { createBuilder, interpret } from "../src/index.ts";

/** A float32 tensor in memory. */
export function floats32(shape: readonly number[], values: Iterable<number>): Tensor<"float32"> {
  const data = Float32Array.from(values);
  if (data.length !== elementCount(shape)) throw new Error(`${data.length} values for shape [${shape.join(", ")}]`);
  return { dtype: "float32", shape, data };
}

export function int64(values: readonly number[], shape: readonly number[] = [values.length]): Tensor<"int64"> {
  return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

/** One node under test. */
export interface NodeCase {
  readonly op: string;
  readonly opset?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** `null` omits an optional input. */
  readonly inputs: readonly (Tensor | null)[];
  /** Positions of inputs that are initializers rather than graph inputs. */
  readonly constants?: readonly number[];
  readonly outputs?: number;
}

/** A graph of one node, with inputs `x0`, `x1`, … and outputs `y0`, `y1`, …; `shape` may replace an input's sizes by symbols. */
export function nodeGraph(
  item: NodeCase,
  shape: (index: number) => readonly Dim[] | undefined = () => undefined,
): Graph {
  const b = createBuilder({ name: item.op, opset: item.opset ?? 17 });
  const names = item.inputs.map((tensor, index) => {
    if (tensor === null) return "";
    const name = `x${index}`;
    if (item.constants?.includes(index)) return b.initializer(lazyTensor(name, tensor));
    return b.input(name, tensor.dtype, shape(index) ?? tensor.shape);
  });
  const outputs = Array.from({ length: item.outputs ?? 1 }, (_, index) => `y${index}`);
  b.node(item.op, names, { outputs, attributes: item.attributes ?? {} });
  for (const name of outputs) b.output(name);
  return b.finish();
}

/** Runs one node through the interpreter. */
export async function runNode(item: NodeCase): Promise<Tensor[]> {
  const graph = nodeGraph(item);
  const inputs = new Map<string, Tensor>();
  for (const [index, tensor] of item.inputs.entries()) {
    if (tensor !== null && !item.constants?.includes(index)) inputs.set(`x${index}`, tensor);
  }
  return [...(await interpret(graph, Object.fromEntries(inputs))).values()];
}

/** The distance between two float32 values in representable steps; infinite for a NaN against a number. */
export function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  const order = (value: number): number => {
    const bits = new Int32Array(new Float32Array([value]).buffer)[0]!;
    return bits < 0 ? -(bits & 0x7fffffff) : bits;
  };
  return Math.abs(order(a) - order(b));
}

/** The largest distance between two tensors in float32 steps; other types must be equal. */
export function worstUlps(a: Tensor, b: Tensor): number {
  let worst = 0;
  for (let index = 0; index < Math.max(a.data.length, b.data.length); index++) {
    const [left, right] = [a.data[index], b.data[index]];
    if (a.dtype !== "float32") worst = left === right ? worst : Number.POSITIVE_INFINITY;
    else worst = Math.max(worst, ulps(Number(left), Number(right)));
  }
  return worst;
}
