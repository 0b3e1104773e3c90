import { INDEXING as RULES, normalizeAxis, readInt } from "@samoyed/ir";
import { type Elements, giveElements, integerPlace } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import { countElements } from "../limits.ts";
import { type LowerCall, type Operator, requireRank, shapeOf, type ShapeCall } from "../operator.ts";
import { type Place, viewOf } from "../places.ts";
import { unsupported } from "../unsupported.ts";
import { viewPlace } from "../views.ts";

/** float32's NaN as an integer. */
const NAN_BITS = 0x7fc00000;

function axisOf({ node }: Pick<ShapeCall, "node">, rank: number, fallback: number): number {
  return normalizeAxis(node, readInt(node, "axis", fallback), rank);
}

/** Plans elements by index along an axis: whole runs behind it of one index, or each element of its own. */
function lowerTake(
  call: LowerCall,
  data: Place,
  { axis, each }: { readonly axis: number; readonly each: boolean },
): void {
  const { fused, shape, lowering } = call;
  const [input, indices] = [lowering.plain(data), lowering.plain(lowering.place(fused.inputs[1]!))];
  const outer = countElements(input.shape.slice(0, axis), "a value");
  const inner = countElements(input.shape.slice(axis + 1), "a value");
  const count = each ? shape[axis]! : countElements(indices.shape, "indices");
  const output = lowering.create(fused.output, shape, "plain");
  lowering.give(fused.output, {
    reads: [input, indices],
    writes: output,
    emit: () => [
      {
        kind: "take",
        input: input.buffer.address,
        output: output.buffer.address,
        indices: indices.buffer.address,
        indexStrides: each ? [4 * count * inner, 4 * inner, 4] : [0, 4, 0],
        outer,
        size: input.shape[axis]!,
        count,
        inner,
        missing: isInteger(call.dtypeOf(fused.inputs[0]!)) ? 0 : NAN_BITS,
      },
    ],
  });
}

/** Plans a Gather whose indices are computed at run time. */
export function lowerComputedGather(call: LowerCall): void {
  const data = call.lowering.place(call.fused.inputs[0]!);
  lowerTake(call, data, { axis: axisOf(call, data.shape.length, 0), each: false });
}

function lowerGatherElements(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const data = lowering.place(fused.inputs[0]!);
  const axis = axisOf(call, shape.length, 0);
  // Indices may reach less far than the value along the other axes.
  const part = shape.with(axis, data.shape[axis]!);
  if (part.some((size, at) => size > data.shape[at]!))
    throw unsupported(node, "has indices that reach beyond its input");
  lowerTake(call, viewPlace(data, { shape: part, strides: viewOf(data).strides }), { axis, each: true });
}

/** `on` where an index, or one counted from the end, is the position along the new axis. */
function lowerOneHot(call: LowerCall): void {
  const { fused, shape, lowering } = call;
  const axis = axisOf(call, shape.length, -1);
  const depth = shape[axis]!;
  const found = lowering.plain(lowering.place(fused.inputs[0]!));
  const place: Place = { ...found, shape: shape.with(axis, 1) };
  const index: Elements = isInteger(call.dtypeOf(fused.inputs[0]!)) ? place : { operator: "to-int", of: [place] };
  const ones = new Array<number>(shape.length - axis - 1).fill(1);
  const range = lowering.constant(`range ${depth} ${ones.length}`, [depth, ...ones], () =>
    Int32Array.from({ length: depth }, (_, position) => position),
  );
  const fromEnd: Elements = { operator: "int-add", of: [index, integerPlace(call, depth)] };
  const isAt: Elements = {
    operator: "or",
    of: [
      { operator: "int-equal", of: [index, range] },
      { operator: "int-equal", of: [fromEnd, range] },
    ],
  };
  const values = lowering.plain(lowering.place(fused.inputs[2]!));
  const value = (offset: number): Place => viewPlace(values, { shape: [], strides: [], offset });
  giveElements(call, { operator: "select", of: [isAt, value(4), value(0)] });
}

/** A triangle of each matrix: elsewhere it is 0, of floats and integers the same bits. */
function lowerTrilu(call: LowerCall): void {
  const { fused, node, shape, lowering, dims } = call;
  const upper = readInt(node, "upper", 1) !== 0;
  const k = fused.inputs[1] ? dims(1)?.[0] : 0;
  if (k === undefined) throw unsupported(node, "computes its diagonal");
  const [rows, columns] = shape.slice(-2) as [number, number];
  const mask = lowering.constant(`triangle ${rows} ${columns} ${k} ${upper}`, [rows, columns], () =>
    Int32Array.from({ length: rows * columns }, (_, at) => {
      const diagonal = (at % columns) - Math.floor(at / columns);
      return Number(upper ? diagonal >= k : diagonal <= k);
    }),
  );
  giveElements(call, { operator: "select", of: [mask, lowering.place(fused.inputs[0]!), integerPlace(call, 0)] });
}

/** Operators that choose elements by index. */
export const INDEXING: Readonly<Record<string, Operator>> = {
  GatherElements: {
    rule: RULES["GatherElements"]!,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => axisOf(call, shapeOf(call, 0).length, 0) !== 0 && !call.batched.includes(false),
    lower: lowerGatherElements,
  },
  OneHot: {
    rule: RULES["OneHot"]!,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => axisOf(call, shapeOf(call, 0).length + 1, -1) !== 0,
    lower: lowerOneHot,
  },
  Trilu: {
    rule: RULES["Trilu"]!,
    anyType: true,
    require: requireRank,
    keepsImages: (call) => shapeOf(call, 0).length > 2,
    lower: lowerTrilu,
  },
};
