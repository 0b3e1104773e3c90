import { INDEXING as RULES, readInt } from "@samoyed/ir";
import { integerPlace } from "../element-constants.ts";
import { type Elements, giveElements } from "../element-steps.ts";
import { isInteger } from "../integers.ts";
import { type LowerCall, type Operator, requireRank, shapeOf } from "../operator.ts";
import { axisOf } from "../parts.ts";
import { type Place, viewOf } from "../places.ts";
import { lowerTake } from "../take-steps.ts";
import { unsupported } from "../unsupported.ts";
import { viewPlace } from "../views.ts";

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
