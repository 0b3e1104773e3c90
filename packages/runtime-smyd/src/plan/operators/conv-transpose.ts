import { CONV_TRANSPOSE as RULES, readInt } from "@samoyed/ir";
import { type LowerCall, type Operator, requireImages } from "../operator.ts";
import { packPanels } from "../pack-panels.ts";
import { strideTable } from "../pixel-tables.ts";
import { imageSize, type Place, pixelStrides, viewOf } from "../places.ts";
import { pixelBlock } from "../product-steps.ts";
import type { Tables } from "../tables.ts";
import { transposedPhases, type TransposedAxisPhases } from "../transposed-phases.ts";
import { reshapedView, viewPlace } from "../views.ts";

/** An axis that a signal does not have. */
const ONE_ROW: TransposedAxisPhases = {
  phases: [{ first: 0, outputs: 1, tap: 0, taps: 1, input: 0 }],
  stride: 1,
  tapStep: 1,
  inputStep: 1,
  border: 0,
};

type Phase = TransposedAxisPhases["phases"][number];

/** Phases of both axes with as many taps and outputs as each other: one step, of which they are groups. */
type PhaseClass = readonly (readonly [Phase, Phase])[];

function classesOf([rows, columns]: readonly [TransposedAxisPhases, TransposedAxisPhases]): readonly PhaseClass[] {
  const pairs = rows.phases.flatMap((row) => columns.phases.map((column) => [row, column] as const));
  const classes = new Map<string, (readonly [Phase, Phase])[]>();
  for (const pair of pairs) {
    const key = pair.map(({ taps, outputs }) => `${taps} ${outputs}`).join();
    classes.set(key, [...(classes.get(key) ?? []), pair]);
  }
  return [...classes.values()];
}

/**
 * A convolution for each phase of the output (see `transposedPhases`), so that no product is one with a zero that was
 * put between inputs. The weights are packed at run time.
 */
function lowerConvTranspose(call: LowerCall): void {
  const { fused, node, shape, lowering } = call;
  const input = lowering.pixels(fused.inputs[0]!);
  const given = lowering.place(fused.inputs[1]!);
  const bias = fused.inputs[2] ? lowering.plain(lowering.place(fused.inputs[2])) : undefined;
  const output = lowering.create(fused.output, shape, "pixels");
  const [channels, outputs, ...kernel] = given.shape as [number, number, ...number[]];
  const groups = readInt(node, "group", 1);
  const [columns, rows = ONE_ROW] = transposedPhases(node, kernel, input.shape.slice(2)).toReversed() as [
    TransposedAxisPhases,
    TransposedAxisPhases?,
  ];
  const inputs = channels / groups;
  const divided = [groups, inputs, outputs, ...(kernel.length === 1 ? [1] : []), ...kernel];
  const weight = reshapedView(given, divided) ?? { ...lowering.plain(given), shape: divided };
  const { images } = imageSize(shape);
  for (const phases of classesOf([rows, columns])) {
    const [row, column] = phases[0]!;
    const taps = row.taps * column.taps;
    const parts = phases.map(([y, x]) => phaseWeight(weight, [rows, columns], [y, x]));
    const packed = taps > 0 ? packPanels(lowering, parts, { groups: [0], outputs: 2, depth: [3, 4, 1] }) : undefined;
    const pixels = [images, row.outputs, column.outputs];
    const count = images * row.outputs * column.outputs;
    lowering.push({
      reads: [input, packed, bias].filter((place) => place !== undefined),
      writes: output,
      emit: (tables) => {
        const [from, to] = [pixelStrides(input), pixelStrides(output)];
        const groupTable = (place: (phase: readonly [Phase, Phase]) => number, step: number): number =>
          offsetTable(
            tables,
            phases.flatMap((phase) => Array.from({ length: groups }, (_, group) => place(phase) + 4 * group * step)),
          );
        return [
          {
            kind: "conv",
            input: viewOf(input).address,
            output: viewOf(output).address,
            weights: packed?.buffer.address ?? 0,
            storage: { kind: "float32" },
            // The kernel's own bias has a value for each output channel of each group, phases included.
            ...(bias && {
              residual: {
                input: bias.buffer.address,
                pixels: strideTable(tables, [count], [0]),
                groups: groupTable(() => 0, outputs),
              },
            }),
            groups: {
              count: phases.length * groups,
              outputs,
              inputs: groupTable(([y, x]) => y.input * from.row + x.input * from.pixel, inputs),
              places: groupTable(([y, x]) => y.first * to.row + x.first * to.pixel, outputs),
            },
            taps: {
              offsets: strideTable(
                tables,
                [row.taps, column.taps],
                [-rows.inputStep * from.row, -columns.inputStep * from.pixel],
              ),
              count: taps,
              depth: inputs,
            },
            inputPixels: strideTable(tables, pixels, [from.image, from.row, from.pixel]),
            outputPixels: strideTable(tables, pixels, [to.image, rows.stride * to.row, columns.stride * to.pixel]),
            pixels: count,
            pixelBlock: pixelBlock(channels, count),
            activation: fused.activation,
          },
        ];
      },
    });
  }
  lowering.define(fused.output, output);
}

/** The taps [g, I, O, KH, KW] of a phase. */
function phaseWeight(
  weight: Place,
  axes: readonly [TransposedAxisPhases, TransposedAxisPhases],
  phase: readonly [Phase, Phase],
): Place {
  const { strides } = viewOf(weight);
  return viewPlace(weight, {
    shape: [...weight.shape.slice(0, 3), ...phase.map(({ taps }) => taps)],
    strides: strides.map((stride, axis) => stride * (axes[axis - 3]?.tapStep ?? 1)),
    offset: phase.reduce((sum, { tap }, axis) => sum + tap * strides[3 + axis]!, 0),
  });
}

function offsetTable(tables: Tables, offsets: readonly number[]): number {
  return tables.add(`offsets ${offsets.join(" ")}`, offsets.length, () => Int32Array.from(offsets));
}

/** Transposed convolutions over one or two spatial axes. */
export const CONV_TRANSPOSE: Readonly<Record<string, Operator>> = {
  ConvTranspose: {
    rule: RULES["ConvTranspose"]!,
    require: requireImages,
    border: (node, kernel, image) => Math.max(...transposedPhases(node, kernel, image).map(({ border }) => border)),
    keepsImages: ({ batched }) => !batched[1],
    lower: lowerConvTranspose,
  },
};
