import type { ByteSource, ReadOptions } from "@samoyed/core";
import { type ConstantSizeKind, requireConstantSize } from "@samoyed/runtime";
import { type Field, MAX_HEADER_BYTES, parseField, parseVarint } from "./fields.ts";

// ModelProto, GraphProto, NodeProto and TensorProto of ONNX 1.17's onnx.proto3.
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5 } as const;
const NODE = { input: 1, opType: 4 } as const;
const TENSOR = { dataType: 2, int64Data: 7, name: 8, rawData: 9 } as const;
const INT64 = 7;

/** Nodes and constants above this are not looked at: a list of sizes has 16 numbers, and names. */
const MAX_LOOKED_AT_BYTES = 4096;

/** Bytes that are read at once while the graph's fields are skipped. */
const WINDOW_BYTES = 1 << 16;

/** The operators whose output is as large as a constant says: the input that it is, and what it says. */
const SIZED: ReadonlyMap<string, { readonly input: number; readonly kind: ConstantSizeKind }> = new Map([
  ["Pad", { input: 1, kind: "padding" }],
  ["Tile", { input: 1, kind: "sizes" }],
  ["Expand", { input: 1, kind: "sizes" }],
  ["ConstantOfShape", { input: 0, kind: "sizes" }],
  ["OneHot", { input: 1, kind: "sizes" }],
  ["Resize", { input: 3, kind: "sizes" }],
]);

interface SizedNode {
  readonly op: string;
  readonly constant: string;
  readonly kind: ConstantSizeKind;
}

/**
 * Checks the constants of a model that are sizes, before an engine allocates what they ask for. Of the graph only small
 * fields are read.
 *
 * @throws UnsupportedError as `requireConstantSize`.
 * @throws FormatError when the graph's fields are not protobuf.
 */
export async function checkOnnxSizes(source: ByteSource, options: ReadOptions = {}): Promise<void> {
  const read = windowed(source, options);
  const nodes: SizedNode[] = [];
  const constants = new Map<string, readonly number[]>();
  for await (const graph of fieldsOf(source, { read, start: 0, end: source.byteLength })) {
    if (graph.number !== MODEL_GRAPH || graph.wire !== 2) continue;
    for await (const { number, wire, start, end } of fieldsOf(source, { read, start: graph.start, end: graph.end })) {
      if (wire !== 2 || end - start > MAX_LOOKED_AT_BYTES) continue;
      if (number !== GRAPH.node && number !== GRAPH.initializer) continue;
      const bytes = await read(start, end - start);
      if (number === GRAPH.node) nodes.push(...sizedNode(bytes, source));
      else addConstant(bytes, { source, constants });
    }
  }
  for (const { op, constant, kind } of nodes) {
    const what = `${source.label}: a node (${op})`;
    requireConstantSize(constants.get(constant) ?? [], { kind, what, constant });
  }
}

type Read = (offset: number, length: number) => Promise<Uint8Array>;

/** Reads small parts, one after the other, through a window. */
function windowed(source: ByteSource, options: ReadOptions): Read {
  let [from, window] = [0, new Uint8Array(0)];
  return async (offset, length) => {
    if (offset < from || offset + length > from + window.byteLength) {
      from = offset;
      window = new Uint8Array(
        await source.read(offset, Math.min(Math.max(length, WINDOW_BYTES), source.byteLength - offset), options),
      );
    }
    return window.subarray(offset - from, offset - from + length);
  };
}

async function* fieldsOf(
  source: ByteSource,
  { read, start, end }: { readonly read: Read; readonly start: number; readonly end: number },
): AsyncGenerator<Field> {
  for (let offset = start; offset < end;) {
    const header = await read(offset, Math.min(MAX_HEADER_BYTES, end - offset));
    const field = parseField(header, { at: 0, base: offset, source, limit: end });
    yield field;
    offset = field.end;
  }
}

/** The fields of a message in memory, with their payloads. */
function* fieldsIn(bytes: Uint8Array, source: ByteSource): Generator<readonly [number: number, payload: Uint8Array]> {
  for (let at = 0; at < bytes.length;) {
    const field = parseField(bytes, { at, base: at, source, limit: bytes.length });
    // A number is the payload of a varint's field, which ends where it does.
    yield [field.number, field.wire === 0 ? bytes.subarray(at, field.end) : bytes.subarray(field.start, field.end)];
    at = field.end;
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function sizedNode(bytes: Uint8Array, source: ByteSource): readonly SizedNode[] {
  const inputs: string[] = [];
  let op = "";
  for (const [number, payload] of fieldsIn(bytes, source)) {
    if (number === NODE.input) inputs.push(text(payload));
    if (number === NODE.opType) op = text(payload);
  }
  const sized = SIZED.get(op);
  return sized === undefined ? [] : [{ op, constant: inputs[sized.input] ?? "", kind: sized.kind }];
}

/** Adds the elements of an int64 tensor, stored as bytes or as varints. */
function addConstant(
  bytes: Uint8Array,
  { source, constants }: { readonly source: ByteSource; readonly constants: Map<string, readonly number[]> },
): void {
  let [name, isInt64] = ["", false];
  let values: number[] = [];
  for (const [number, payload] of fieldsIn(bytes, source)) {
    if (number === TENSOR.name) name = text(payload);
    if (number === TENSOR.dataType) isInt64 = payload.at(-1) === INT64;
    if (number === TENSOR.rawData && payload.length % 8 === 0) {
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      values = Array.from({ length: payload.length / 8 }, (_, at) => Number(view.getBigInt64(8 * at, true)));
    }
    if (number === TENSOR.int64Data) {
      for (let at = 0; at < payload.length;) {
        const varint = parseVarint(payload, at);
        if (varint === undefined) break;
        // Negative numbers have ten bytes.
        values.push(varint.value >= 2 ** 63 ? varint.value - 2 ** 64 : varint.value);
        at = varint.next;
      }
    }
  }
  if (isInt64) constants.set(name, values);
}
