import { elementCount, lazyTensor, type Shape, type Tensor } from "@samoyed/core";
import { canonicalize, createBuilder } from "@samoyed/graph";
import { type Attribute, type Dim, float, type Graph, int, ints, string } from "@samoyed/ir";
import { noise } from "@samoyed/test-support/tensors";

/** A graph of one operator, with what is fed to it. */
export interface OperatorCase {
  readonly name: string;
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, Tensor>>;
}

interface CaseOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs that are weights. */
  readonly weights?: readonly (Tensor | undefined)[];
  readonly outputs?: number;
  /** Which axis of the first input is open; the first when absent. */
  readonly open?: number;
  /** Whether an image operator comes before, which puts the channels last. */
  readonly image?: boolean;
  /** Further inputs that are fed. */
  readonly fed?: readonly Tensor[];
}

function whole(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return { dtype: "int64", shape, data: BigInt64Array.from(values, BigInt) };
}

function integers(shape: Shape, of: (index: number) => number): Tensor {
  return { dtype: "int32", shape, data: Int32Array.from({ length: elementCount(shape) }, (_, index) => of(index)) };
}

function floats(values: readonly number[], shape: Shape = [values.length]): Tensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

function operatorCase(op: string, x: Tensor, options: CaseOptions = {}): OperatorCase {
  const { attributes = {}, weights = [], outputs = 1, open = 0, image = false, fed = [] } = options;
  const b = createBuilder({ name: op });
  const sizes = x.shape.map((size, axis): Dim => (axis === open ? "N" : size));
  const input = b.input("x", x.dtype, sizes);
  const first = image ? b.node("MaxPool", [input], { attributes: { kernel_shape: ints([1, 1]) } }) : input;
  const others = fed.map((tensor, index) =>
    b.input(
      `fed${index}`,
      tensor.dtype,
      tensor.shape.map((size, axis): Dim => (axis === open && size === x.shape[open] ? "N" : size)),
    ),
  );
  const constants = weights.map((tensor, index) =>
    tensor === undefined ? "" : b.initializer(lazyTensor(`weight${index}`, tensor)),
  );
  const names = Array.from({ length: outputs }, (_, index) => `y${index}`);
  b.node(op, [first, ...others, ...constants], { outputs: names, attributes });
  for (const name of names) b.output(name);
  const detail = Object.entries(attributes).map(
    ([key, attribute]) => `${key} ${"value" in attribute ? String(attribute.value) : ""}`,
  );
  const where = image ? " of an image" : "";
  const given = Object.fromEntries(fed.map((tensor, index) => [`fed${index}`, tensor]));
  return {
    name: `${op} [${x.shape.join(", ")}]${where} ${detail.join(", ")} ${weights.map((tensor) => tensor?.shape.join("x") ?? "none").join(" ")}`.trim(),
    graph: canonicalize(b.finish()).graph,
    inputs: { x, ...given },
  };
}

const IMAGE = noise([2, 3, 5, 4], 1);
const ROWS = noise([2, 7, 12], 2);
const DEEP = noise([2, 3, 2, 2, 3, 2], 3);
const COUNTS = integers([2, 3, 4], (index) => (index % 7) - 3);
const EXTENT = floats([1, 1, 2.5, 1.5]);

function layerNorms(): OperatorCase[] {
  const scale = (shape: Shape): Tensor => noise(shape, 4);
  return [
    operatorCase("LayerNormalization", ROWS, { weights: [scale([12]), scale([12])] }),
    operatorCase("LayerNormalization", ROWS, { weights: [scale([7, 12])], attributes: { axis: int(1) } }),
    operatorCase("LayerNormalization", noise([2, 4, 384], 5), { weights: [scale([384]), scale([384])] }),
    operatorCase("LayerNormalization", IMAGE, { weights: [scale([4]), scale([4])], image: true }),
    operatorCase("LayerNormalization", IMAGE, {
      weights: [scale([3, 5, 4]), scale([4])],
      attributes: { axis: int(1) },
      image: true,
      outputs: 3,
    }),
  ];
}

function resizes(): OperatorCase[] {
  const modes = [
    { mode: string("nearest"), coordinate_transformation_mode: string("asymmetric"), nearest_mode: string("floor") },
    { mode: string("nearest"), nearest_mode: string("round_prefer_ceil") },
    { mode: string("linear") },
    { mode: string("linear"), coordinate_transformation_mode: string("align_corners") },
    { mode: string("cubic") },
    { mode: string("cubic"), exclude_outside: int(1), cubic_coeff_a: float(-0.5) },
  ];
  const crop = {
    mode: string("linear"),
    coordinate_transformation_mode: string("tf_crop_and_resize"),
    extrapolation_value: float(9),
  };
  const region = floats([0, 0, -0.1, 0.2, 1, 1, 0.8, 1.3]);
  return [
    ...modes.flatMap((attributes) =>
      [false, true].map((image) => operatorCase("Resize", IMAGE, { attributes, image, weights: [undefined, EXTENT] })),
    ),
    operatorCase("Resize", IMAGE, {
      attributes: { mode: string("linear") },
      weights: [undefined, floats([1, 1, 0.5, 0.7])],
    }),
    operatorCase("Resize", IMAGE, { attributes: crop, open: -1, weights: [region, undefined, whole([2, 3, 4, 6])] }),
    operatorCase("Resize", noise([2, 3, 9], 6), {
      attributes: { mode: string("cubic") },
      weights: [undefined, floats([1, 1, 0.3])],
    }),
  ];
}

function transposedConvolutions(): OperatorCase[] {
  const filter = (shape: Shape): Tensor => noise(shape, 7);
  const image = noise([2, 4, 5, 3], 8);
  const even = { strides: ints([2, 2]), kernel_shape: ints([2, 2]) };
  const odd = { strides: ints([2, 3]), pads: ints([1, 0, 1, 2]), output_padding: ints([1, 2]) };
  return [
    operatorCase("ConvTranspose", image, { attributes: even, weights: [filter([4, 3, 2, 2]), noise([3], 9)] }),
    operatorCase("ConvTranspose", image, { attributes: odd, weights: [filter([4, 3, 3, 3])], image: true }),
    operatorCase("ConvTranspose", image, {
      attributes: { group: int(2), dilations: ints([2, 1]), strides: ints([1, 2]) },
      weights: [filter([4, 2, 3, 2]), noise([4], 9)],
    }),
    operatorCase("ConvTranspose", image, {
      attributes: { group: int(4), strides: ints([2, 2]) },
      weights: [filter([4, 1, 3, 3])],
    }),
    operatorCase("ConvTranspose", image, {
      attributes: { auto_pad: string("SAME_UPPER"), strides: ints([2, 2]) },
      weights: [filter([4, 1, 3, 3])],
    }),
    operatorCase("ConvTranspose", noise([2, 4, 6], 8), {
      attributes: { strides: ints([3]) },
      weights: [filter([4, 2, 2])],
    }),
    operatorCase("ConvTranspose", image, { attributes: even, open: 2, weights: [filter([4, 3, 2, 2])] }),
    operatorCase("ConvTranspose", image, { attributes: { strides: ints([3, 3]) }, weights: [filter([4, 2, 1, 1])] }),
  ];
}

function repeats(): OperatorCase[] {
  return [
    operatorCase("Expand", noise([2, 1, 3], 10), { weights: [whole([4, 1, 5, 1])] }),
    operatorCase("Expand", noise([2, 3, 1, 2, 1, 2], 10), { weights: [whole([1, 3, 4, 2, 3, 2])] }),
    operatorCase("Tile", noise([2, 1, 3, 2], 10), { weights: [whole([1, 3, 1, 2])], image: true }),
  ];
}

function products(): OperatorCase[] {
  return [
    operatorCase("MatMul", noise([2, 3, 4, 5], 11), { weights: [noise([5, 6], 12)] }),
    operatorCase("MatMul", noise([2, 3, 4, 5], 11), { weights: [noise([1, 3, 5, 6], 12)] }),
    operatorCase("MatMul", noise([2, 1, 4, 5], 11), { weights: [noise([3, 5, 6], 12)] }),
    operatorCase("MatMul", noise([2, 3, 4, 5], 11), { fed: [noise([2, 3, 5, 2], 12)] }),
    operatorCase("MatMul", noise([2, 2, 1, 2, 4, 5], 11), { weights: [noise([3, 1, 5, 6], 12)] }),
    operatorCase("MatMul", noise([2, 3, 5], 11), { weights: [noise([5], 12)] }),
    operatorCase("MatMul", noise([5], 11), { open: -1, weights: [noise([3, 5, 2], 12)] }),
  ];
}

function places(): OperatorCase[] {
  const index = integers([2, 3], (at) => (at % 3) - 1);
  return [
    operatorCase("Gather", IMAGE, { attributes: { axis: int(2) }, weights: [whole([4, -1, 0])], image: true }),
    operatorCase("Gather", IMAGE, { attributes: { axis: int(0) }, weights: [whole([-1], [])] }),
    operatorCase("Gather", ROWS, { attributes: { axis: int(1) }, fed: [index] }),
    operatorCase("GatherElements", ROWS, {
      attributes: { axis: int(1) },
      fed: [integers([2, 4, 12], (at) => (at % 14) - 7)],
    }),
    operatorCase("GatherElements", COUNTS, { weights: [whole([0, -1, 1, 1, 0, 0], [1, 2, 3])], open: -1 }),
    operatorCase(
      "OneHot",
      integers([2, 3], (at) => at - 3),
      { attributes: { axis: int(1) }, weights: [whole([4], []), floats([-1, 2])] },
    ),
    operatorCase(
      "OneHot",
      integers([2, 2, 2, 2], (at) => at - 3),
      { weights: [whole([4], []), floats([-1, 2])] },
    ),
    operatorCase("Trilu", noise([2, 3, 4], 13), { attributes: { upper: int(0) }, weights: [whole([1], [])] }),
    operatorCase("Trilu", noise([2, 1, 2, 3, 4], 13)),
  ];
}

function orders(): OperatorCase[] {
  const ties = floats([3, 1, 3, 2, 2, 0, 2, 1], [2, 4]);
  return [
    ...["ArgMax", "ArgMin"].flatMap((op) => [
      operatorCase(op, IMAGE, { attributes: { axis: int(1) }, image: true }),
      operatorCase(op, ROWS, { attributes: { axis: int(-1), keepdims: int(0) } }),
      operatorCase(op, ties, { attributes: { axis: int(1) } }),
      operatorCase(op, ties, { attributes: { axis: int(1), select_last_index: int(1) } }),
      operatorCase(op, COUNTS, { attributes: { axis: int(2) } }),
    ]),
    operatorCase("ReduceMax", IMAGE, { attributes: { axes: ints([1]) }, image: true }),
    operatorCase(
      "Transpose",
      integers([2, 3, 40, 5], (index) => index),
      { attributes: { perm: ints([0, 3, 1, 2]) } },
    ),
    operatorCase("Hardmax", ties),
    operatorCase("Hardmax", IMAGE, { attributes: { axis: int(1) }, image: true }),
    operatorCase("CumSum", ROWS, { attributes: { reverse: int(1), exclusive: int(1) }, weights: [whole([1], [])] }),
    operatorCase("CumSum", COUNTS, { weights: [whole([-1], [])] }),
    operatorCase("TopK", ROWS, { weights: [whole([3])], outputs: 2 }),
    operatorCase("TopK", ROWS, { attributes: { axis: int(1), largest: int(0) }, weights: [whole([4])], outputs: 2 }),
    operatorCase("TopK", ties, { attributes: { largest: int(0) }, weights: [whole([4])], outputs: 2 }),
  ];
}

function numbersAndSizes(): OperatorCase[] {
  const by = integers([2, 3, 4], (index) => [2, -3, 1, 5][index % 4]!);
  const signs = floats([-7.5, 7.5, -7.5, 7.5, -6, 0], [2, 3]);
  const divisors = floats([2, -2, -2, 2, 3, 3], [2, 3]);
  return [
    ...["Add", "Sub", "Mul", "Div", "Mod", "Max", "Min", "Less", "Equal", "GreaterOrEqual"].map((op) =>
      operatorCase(op, COUNTS, { fed: [by] }),
    ),
    operatorCase("Mod", COUNTS, { fed: [by], attributes: { fmod: int(1) } }),
    operatorCase("Mod", signs, { fed: [divisors], attributes: { fmod: int(1) } }),
    operatorCase(
      "Cast",
      integers([2, 3, 4, 5], (index) => index),
      { attributes: { to: int(1) } },
    ),
    operatorCase("Neg", COUNTS),
    operatorCase("Clip", COUNTS, { weights: [integers([], () => -1), integers([], () => 2)] }),
    operatorCase("Pow", floats([0.5, 2, 3], [1, 3]), { weights: [integers([3], (index) => index + 1)] }),
    operatorCase("Size", IMAGE, { image: true }),
    operatorCase("Shape", IMAGE, { image: true }),
    operatorCase("ReduceSum", COUNTS, { weights: [whole([1])] }),
    operatorCase("ReduceMax", COUNTS, { attributes: { axes: ints([-1]), keepdims: int(0) } }),
    operatorCase("ReduceSum", noise([2, 3, 300], 14), { weights: [whole([-1, 1])], attributes: { keepdims: int(0) } }),
    operatorCase("IsInf", floats([1, -Infinity, Infinity, 0], [2, 2])),
    operatorCase("IsInf", floats([1, -Infinity, Infinity, 0], [2, 2]), { attributes: { detect_negative: int(0) } }),
  ];
}

function images(): OperatorCase[] {
  const pads = whole([0, 0, 1, 2, 0, 0, 2, 1]);
  return [
    ...["constant", "edge", "reflect"].flatMap((mode) =>
      [false, true].map((image) =>
        operatorCase("Pad", IMAGE, { attributes: { mode: string(mode) }, weights: [pads], image }),
      ),
    ),
    operatorCase("Pad", IMAGE, { weights: [whole([0, 0, -1, 2, 0, 0, 1, -2]), floats([5], [])], image: true }),
    operatorCase("Pad", noise([2, 2, 3, 2, 2], 15), { weights: [whole([0, 1, 0, 2, 0, 0, 0, 1, 0, 2])] }),
    operatorCase("Pad", COUNTS, { weights: [whole([0, 1, 0, 0, 0, 2]), integers([], () => 7)] }),
    operatorCase("LRN", IMAGE, { attributes: { size: int(2), alpha: float(0.5), bias: float(2) }, image: true }),
    operatorCase("LRN", ROWS, { attributes: { size: int(5), alpha: float(0.7) } }),
    operatorCase("LpPool", IMAGE, { attributes: { kernel_shape: ints([2, 3]), pads: ints([1, 1, 0, 1]) } }),
    operatorCase("LpPool", IMAGE, { attributes: { kernel_shape: ints([2, 2]), p: int(3), strides: ints([2, 2]) } }),
    operatorCase("GlobalLpPool", IMAGE, { image: true }),
    operatorCase("PRelu", IMAGE, { weights: [noise([3, 1, 1], 16)], image: true }),
    operatorCase("PRelu", IMAGE, { weights: [noise([5, 1], 16)], image: true }),
    operatorCase("Softmax", DEEP, { attributes: { axis: int(2) } }),
    operatorCase("Transpose", DEEP, { attributes: { perm: ints([0, 3, 5, 1, 4, 2]) } }),
    // TensorFlow itself joins two values or more; a graph's own input and output cannot become one value before.
    operatorCase("Concat", ROWS, { attributes: { axis: int(1) } }),
    operatorCase("Slice", IMAGE, {
      weights: [whole([-1, 4]), whole([-100, 0]), whole([3, 2]), whole([-1, -2])],
      image: true,
    }),
    operatorCase("Split", IMAGE, { attributes: { axis: int(2) }, weights: [whole([1, 4])], outputs: 2, image: true }),
  ];
}

/** Operators in the forms that need care on some engine: many axes, channels last, open sizes, negative places, integers. */
export function operatorCases(): readonly OperatorCase[] {
  return [
    ...layerNorms(),
    ...resizes(),
    ...transposedConvolutions(),
    ...repeats(),
    ...products(),
    ...places(),
    ...orders(),
    ...numbersAndSizes(),
    ...images(),
  ];
}
