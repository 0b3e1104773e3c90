/**
 * Protobuf by hand, for tests that need messages which no library would write. Independent of the code under test,
 * which has its own encoder.
 */

/** A varint of an unsigned integer. */
export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

/** An integer field. */
export function integer(number: number, value: number | bigint): number[] {
  return [...varint(number * 8), ...varint(value)];
}

/** A field of bytes, a string or a message. */
export function delimited(number: number, payload: string | readonly number[]): number[] {
  const bytes = typeof payload === "string" ? [...new TextEncoder().encode(payload)] : payload;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

/** A float field. */
export function float(number: number, value: number): number[] {
  return [...varint(number * 8 + 5), ...floatBytes(value)];
}

/** Little-endian float32 values. */
export function floatBytes(...values: number[]): number[] {
  return [...new Uint8Array(Float32Array.from(values).buffer)];
}

/** Little-endian float64 values. */
export function doubleBytes(...values: number[]): number[] {
  return [...new Uint8Array(Float64Array.from(values).buffer)];
}

/** A tensor value's description: name, element type, sizes. */
export function value(name: string, type: number, sizes: readonly (number | string)[]): number[] {
  const dims = sizes.map((size) => delimited(1, typeof size === "number" ? integer(1, size) : delimited(2, size)));
  return [...delimited(1, name), ...delimited(2, delimited(1, [...integer(1, type), ...delimited(2, dims.flat())]))];
}

/** A node: operator, inputs, outputs, then whatever fields follow. */
export function node(op: string, inputs: string[], outputs: string[], ...fields: number[][]): number[] {
  return [
    ...inputs.flatMap((name) => delimited(1, name)),
    ...outputs.flatMap((name) => delimited(2, name)),
    ...delimited(4, op),
    ...fields.flat(),
  ];
}

/** The fields of a graph from `x` to `y`, float32 [2], through one node. */
export const RELU: readonly number[] = [
  ...delimited(1, node("Relu", ["x"], ["y"])),
  ...delimited(11, value("x", 1, [2])),
  ...delimited(12, value("y", 1, [2])),
];

/** A model around the fields of a graph. */
export function model(
  graph: readonly number[],
  { ir = 8, opset = 17, extra = [] }: { ir?: number; opset?: number; extra?: readonly number[] } = {},
): Uint8Array {
  return Uint8Array.from([...integer(1, ir), ...delimited(7, graph), ...delimited(8, integer(2, opset)), ...extra]);
}

/** A model whose graph has an initializer `w`, given by its fields, and outputs it in addition to the Relu. */
export function modelWithTensor(fields: readonly number[]): Uint8Array {
  const copy = [...delimited(1, node("Identity", ["w"], ["copy"])), ...delimited(12, value("copy", 1, [2]))];
  return model([...delimited(5, [...delimited(8, "w"), ...fields]), ...RELU, ...copy]);
}

/** A model whose node has an attribute `a`, given by its fields. */
export function modelWithAttribute(fields: readonly number[]): Uint8Array {
  const attribute = delimited(5, [...delimited(1, "a"), ...fields]);
  return model([
    ...delimited(1, node("Relu", ["x"], ["y"], delimited(3, "act"), attribute)),
    ...delimited(11, value("x", 1, [2])),
    ...delimited(12, value("y", 1, [2])),
  ]);
}
