import { formatShape, quote, type Shape, type Tensor, UnsupportedError } from "@samoyed/core";
import type { ValueInfo } from "@samoyed/ir";
import type { SmydFile } from "@samoyed/smyd-file";
import { isPortType, PORT_TYPES } from "./plan/integers.ts";
import type { InputSizes } from "./plan/sizes.ts";

/**
 * The one symbol that counts images: axis 0 of inputs, and no other axis of anything. `undefined` where there is no
 * symbol; sizes are then planned as they come.
 */
export function batchSymbol({ inputs, outputs }: SmydFile["graph"]): string | undefined {
  const first = new Set(inputs.map(({ shape }) => shape[0]).filter((dim) => typeof dim === "string"));
  const [symbol] = first;
  const elsewhere = [...inputs, ...outputs].some(({ shape }) => shape.slice(1).includes(symbol ?? ""));
  return first.size === 1 && !elsewhere ? symbol : undefined;
}

/**
 * @throws UnsupportedError when a port is of a type that no run takes or gives.
 */
export function requirePorts({ inputs, outputs }: SmydFile["graph"], label: string): void {
  const other = [...inputs, ...outputs].find(({ dtype }) => !isPortType(dtype));
  if (other === undefined) return;
  throw new UnsupportedError(
    `${label}: ${quote(other.name)} is ${other.dtype} ${formatShape(other.shape)}; ${PORT_TYPES} go in and out`,
    { hint: "Run the model in its ONNX form, on onnxruntime." },
  );
}

/** The sizes that a plan is made for, from those of a run: of a batch, one image. */
export function sizesOfRun(
  { inputs }: SmydFile["graph"],
  { tensors, batch }: { readonly tensors: Readonly<Record<string, Tensor>>; readonly batch: string | undefined },
): InputSizes {
  const images = inputs.find(({ shape }) => batch !== undefined && shape[0] === batch);
  return {
    ...sizesOf(inputs, batch, ({ name }) => tensors[name]!.shape),
    ...(images && { images: tensors[images.name]!.shape[0]! }),
  };
}

/**
 * The sizes that a model will probably be run with, so that it can be planned while it is loaded: as far as they are
 * not fixed, those of the contract's image. `undefined` where they cannot be known.
 */
export function expectedSizes(
  { graph, contract }: Pick<SmydFile, "graph" | "contract">,
  batch: string | undefined,
): InputSizes | undefined {
  const image = contract?.preprocess.inputSize;
  const shapes = graph.inputs.map(({ name, shape }) =>
    shape.map((dim, axis) => {
      if (typeof dim === "number") return dim;
      if (axis === 0 && dim === batch) return 1;
      return name === contract?.input && shape.length === 4 ? image?.[axis - 1] : undefined;
    }),
  );
  if (!shapes.every((shape): shape is number[] => !shape.includes(undefined))) return undefined;
  return sizesOf(graph.inputs, batch, (port) => shapes[graph.inputs.indexOf(port)]!);
}

/** Sizes from each input's shape: one image of a batch. */
export function sizesOf(
  inputs: readonly ValueInfo[],
  batch: string | undefined,
  shapeOf: (port: ValueInfo) => Shape,
): InputSizes {
  const batched = new Set(batch === undefined ? [] : inputs.filter(({ shape }) => shape[0] === batch).map(nameOf));
  return {
    batched,
    inputs: new Map(
      inputs.map((port) => [port.name, batched.has(port.name) ? [1, ...shapeOf(port).slice(1)] : shapeOf(port)]),
    ),
  };
}

function nameOf({ name }: ValueInfo): string {
  return name;
}
