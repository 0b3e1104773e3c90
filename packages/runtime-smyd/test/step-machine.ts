import type { Activation, ConvStep, DepthwiseStep, PoolStep, Spatial, Step, StridedView } from "../src/plan/steps.ts";
import { float16ToFloat32 } from "@samoyed/core";
import { BINARY, binaryTypes, UNARY, unaryTypes } from "./step-functions.ts";
import { rowResults, rowTypes, type WordType } from "./step-rows.ts";

/** A range of memory that steps may touch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Runs steps one element at a time, the obvious way and in float64 between stores: what the kernels have to agree with,
 * and a proof that a program touches nothing but what it may, since every address is looked at.
 */
export class StepMachine {
  readonly #view: DataView;
  readonly #readable: readonly Range[];
  readonly #writable: readonly Range[];
  readonly #tables: Range;

  constructor(
    memory: ArrayBuffer,
    ranges: { readonly readable: readonly Range[]; readonly writable: readonly Range[]; readonly tables: Range },
  ) {
    this.#view = new DataView(memory);
    this.#readable = [...ranges.readable, ...ranges.writable, ranges.tables];
    this.#writable = ranges.writable;
    this.#tables = ranges.tables;
  }

  run(step: Step): void {
    switch (step.kind) {
      case "conv":
        return this.#conv(step);
      case "depthwise":
        return this.#depthwise(step);
      case "max-pool":
      case "average-pool":
        return this.#pool(step);
      case "mean": {
        const { input, output } = step;
        const pixels = this.#pixels(input);
        for (let c = 0; c < input.channels; c++) {
          this.#store(output + 4 * c, pixels.reduce((sum, at) => sum + this.#load(at + 4 * c), 0) / pixels.length);
        }
        return;
      }
      case "copy":
        return this.#strided(step.shape, [step.input, step.output], ([from, to]) => {
          this.#store(to!, activate(this.#load(from!), step.activation));
        });
      case "binary":
        return this.#strided(step.shape, [step.left, step.right, step.output], ([left, right, to]) => {
          const [type, result] = binaryTypes(step.operator);
          const value = BINARY[step.operator](this.#load(left!, type), this.#load(right!, type));
          if (result === "integer") this.#store(to!, value, result);
          else this.#store(to!, activate(Math.fround(value), step.activation));
        });
      case "unary":
        return this.#strided(step.shape, [step.input, step.output], ([from, to]) => {
          const [type, result] = unaryTypes(step.operator);
          this.#store(to!, UNARY[step.operator](this.#load(from!, type)), result);
        });
      case "select":
        return this.#strided(
          step.shape,
          [step.condition, step.left, step.right, step.output],
          ([at, left, right, to]) => {
            this.#store(to!, this.#load(this.#load(at!, "integer") === 0 ? right! : left!, "integer"), "integer");
          },
        );
      case "gather":
        for (let p = 0; p < step.pixels; p++) {
          const from = this.#table(step.inputPixels, p);
          const to = this.#table(step.outputPixels, p);
          for (let c = 0; c < step.channels; c++) {
            this.#store(step.output + to + 4 * c, from < 0 ? step.fill : this.#load(step.input + from + 4 * c));
          }
        }
        return;
      case "resize":
        for (let line = 0; line < step.lines; line++) {
          for (let position = 0; position < step.positions; position++) {
            const from = step.input + this.#table(step.inputLines, line);
            const to = step.output + this.#table(step.outputLines, line) + position * step.outputStride;
            const [first, end] = [this.#table(step.starts, position), this.#table(step.starts, position + 1)];
            for (let index = 0; index < step.floats; index++) {
              let sum = this.#load(step.initial + 4 * position);
              for (let tap = first; tap < end; tap++) {
                const value = this.#load(from + this.#table(step.offsets, tap) + 4 * index);
                sum += value * this.#load(step.weights + 4 * tap);
              }
              this.#store(to + 4 * index, sum);
            }
          }
        }
        return;
      case "take":
        for (const [o, k, i] of positions([step.outer, step.count, step.inner])) {
          const [byOuter, byCount, byInner] = step.indexStrides;
          const given = this.#load(step.indices + o! * byOuter + k! * byCount + i! * byInner, "integer");
          const index = given < 0 ? given + step.size : given;
          const from = step.input + 4 * ((o! * step.size + index) * step.inner + i!);
          const word = index < 0 || index >= step.size ? step.missing : this.#load(from, "integer");
          this.#store(step.output + 4 * ((o! * step.count + k!) * step.inner + i!), word, "integer");
        }
        return;
      case "rows": {
        const [type, outputType] = rowTypes(step);
        for (let row = 0; row < step.rows; row++) {
          const [from, to] = [step.input, step.output].map(
            (view) => view.address + Math.floor(row / step.inner) * view.block + (row % step.inner) * view.row,
          ) as [number, number];
          const values = Array.from({ length: step.count }, (_, i) => this.#load(from + i * step.input.element, type));
          const parameter = (address: number | undefined, fallback: number): number[] =>
            values.map((_, i) => (address === undefined ? fallback : this.#load(address + 4 * i)));
          const results = rowResults(step, values, [parameter(step.scale, 1), parameter(step.bias, 0)]);
          for (const [i, result] of results.entries()) this.#store(to + i * step.output.element, result, outputType);
        }
        return;
      }
      case "batch-norm":
      case "instance-norm": {
        const from = this.#pixels(step.input);
        const to = this.#pixels(step.output);
        for (let c = 0; c < step.input.channels; c++) {
          const values = from.map((at) => this.#load(at + 4 * c));
          const own = values.reduce((sum, value) => sum + value, 0) / values.length;
          const spread = values.reduce((sum, value) => sum + (value - own) ** 2, 0) / values.length;
          const mean = step.kind === "batch-norm" ? this.#load(step.mean + 4 * c) : own;
          const variance = step.kind === "batch-norm" ? this.#load(step.variance + 4 * c) : spread;
          const activation: Activation = step.kind === "batch-norm" ? step.activation : { kind: "none" };
          for (const [p, at] of to.entries()) {
            const normal = (values[p]! - mean) / Math.sqrt(variance + step.epsilon);
            const value = normal * this.#load(step.scale + 4 * c) + this.#load(step.bias + 4 * c);
            this.#store(at + 4 * c, activate(Math.fround(value), activation));
          }
        }
        return;
      }
      case "border": {
        const { address, height, width, channels, border } = step.value;
        const inside = new Set(this.#pixels(step.value));
        for (let p = 0; p < (height + 2 * border) * (width + 2 * border); p++) {
          const at = address + 4 * p * channels;
          for (let c = 0; c < channels && !inside.has(at); c++) this.#store(at + 4 * c, 0);
        }
        return;
      }
      default:
        throw new Error(`unknown step ${(step as { kind: string }).kind}`);
    }
  }

  #conv(step: ConvStep): void {
    const { groups, taps } = step;
    const groupPanels = Math.ceil(groups.outputs / 8);
    for (let p = 0; p < step.pixels; p++) {
      for (let o = 0; o < groups.count * groups.outputs; o++) {
        const group = Math.floor(o / groups.outputs);
        const lane = (o % groups.outputs) % 8;
        const panel = group * groupPanels + Math.floor((o % groups.outputs) / 8);
        let sum = step.bias === undefined ? 0 : this.#load(step.bias + 4 * o);
        for (let t = 0; t < taps.count; t++) {
          const from =
            step.input +
            this.#table(step.inputPixels, p) +
            this.#table(taps.offsets, t) +
            this.#table(groups.inputs, group);
          for (let d = 0; d < taps.depth; d++) {
            const index = ((panel * taps.count + t) * taps.depth + d) * 8 + lane;
            sum += this.#load(from + 4 * d) * this.#weight(step, index, o);
          }
        }
        const channel = 4 * (o % groups.outputs);
        const added = step.residual && this.#table(step.residual.groups, group) + channel;
        this.#finish(step, p, { place: this.#table(groups.places, group) + channel, added, sum });
      }
    }
  }

  #depthwise(step: DepthwiseStep): void {
    const row = Math.ceil(step.channels / 8) * 8;
    for (let p = 0; p < step.pixels; p++) {
      for (let c = 0; c < step.channels; c++) {
        let sum = step.bias === undefined ? 0 : this.#load(step.bias + 4 * c);
        for (let t = 0; t < step.taps.count; t++) {
          const from = step.input + this.#table(step.inputPixels, p) + this.#table(step.taps.offsets, t);
          sum += this.#load(from + 4 * c) * this.#weight(step, t * row + c, c);
        }
        this.#finish(step, p, { place: 4 * c, added: 4 * c, sum });
      }
    }
  }

  #finish(
    step: ConvStep | DepthwiseStep,
    pixel: number,
    { place, added, sum }: { readonly place: number; readonly added: number | undefined; readonly sum: number },
  ): void {
    const { residual } = step;
    let value = Math.fround(sum);
    if (residual) {
      value = Math.fround(value + this.#load(residual.input + this.#table(residual.pixels, pixel) + added!));
    }
    this.#store(step.output + this.#table(step.outputPixels, pixel) + place, activate(value, step.activation));
  }

  #weight({ weights, storage }: ConvStep | DepthwiseStep, index: number, channel: number): number {
    switch (storage.kind) {
      case "float32":
        return this.#load(weights + 4 * index);
      case "float16":
        this.#check(weights + 2 * index, 2, this.#readable);
        return float16ToFloat32(this.#view.getUint16(weights + 2 * index, true));
      default:
        this.#check(weights + index, 1, this.#readable);
        return Math.fround(this.#view.getInt8(weights + index) * this.#load(storage.scales + 4 * channel));
    }
  }

  #pool(step: PoolStep): void {
    const { input, output, kernel, strides, dilations, pads, padsEnd } = step;
    const [from, to] = [this.#pixels(input), this.#pixels(output)];
    for (const [index, at] of to.entries()) {
      const top = Math.floor(index / output.width) * strides[0] - pads[0];
      const left = (index % output.width) * strides[1] - pads[1];
      for (let c = 0; c < input.channels; c++) {
        const values: number[] = [];
        let within = 0;
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            const [y, x] = [top + ky * dilations[0], left + kx * dilations[1]];
            if (y < input.height + padsEnd[0] && x < input.width + padsEnd[1]) within++;
            if (y < 0 || x < 0 || y >= input.height || x >= input.width) continue;
            values.push(this.#load(from[y * input.width + x]! + 4 * c));
          }
        }
        const sum = values.reduce((total, value) => total + value, 0);
        const mean = sum / (step.divisor === "padded" ? within : values.length);
        this.#store(at + 4 * c, step.kind === "max-pool" ? Math.max(...values) : mean);
      }
    }
  }

  /** Addresses of all pixels inside the border. */
  #pixels({ address, height, width, channels, border }: Spatial): number[] {
    const row = width + 2 * border;
    return Array.from({ length: height * width }, (_, p) => {
      const [y, x] = [Math.floor(p / width) + border, (p % width) + border];
      return address + 4 * channels * (y * row + x);
    });
  }

  #strided(shape: readonly number[], views: readonly StridedView[], visit: (addresses: number[]) => void): void {
    const count = shape.reduce((product, size) => product * size, 1);
    for (let index = 0; index < count; index++) {
      let rest = index;
      const addresses = views.map((view) => view.address);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const place = rest % shape[axis]!;
        rest = Math.floor(rest / shape[axis]!);
        for (const [i, view] of views.entries()) addresses[i]! += place * view.strides[axis]!;
      }
      visit(addresses);
    }
  }

  #load(address: number, type: WordType = "float"): number {
    this.#check(address, 4, this.#readable);
    return type === "float" ? this.#view.getFloat32(address, true) : this.#view.getInt32(address, true);
  }

  #store(address: number, value: number, type: WordType = "float"): void {
    this.#check(address, 4, this.#writable);
    if (type === "float") this.#view.setFloat32(address, value, true);
    else this.#view.setInt32(address, value, true);
  }

  #table(address: number, index: number): number {
    this.#check(address + 4 * index, 4, [this.#tables]);
    return this.#view.getInt32(address + 4 * index, true);
  }

  #check(address: number, bytes: number, ranges: readonly Range[]): void {
    if (ranges.some(({ from, to }) => address >= from && address + bytes <= to)) return;
    throw new Error(`address ${address} lies in none of ${ranges.map(({ from, to }) => `${from}–${to}`).join(", ")}`);
  }
}

/** Every position in a shape, in order. */
function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((outer) => Array.from({ length: size }, (_, index) => [...outer, index])),
    [[]],
  );
}

function activate(x: number, activation: Activation): number {
  switch (activation.kind) {
    case "none":
      return x;
    case "relu":
      return Math.max(0, x);
    case "clip":
      return Math.min(activation.max, Math.max(activation.min, x));
    case "leaky-relu":
      return x < 0 ? x * activation.slope : x;
    case "sigmoid":
      return 1 / (1 + Math.exp(-x));
    case "silu":
      return x / (1 + Math.exp(-x));
    case "hard-sigmoid":
      return Math.min(1, Math.max(0, activation.slope * x + activation.offset));
    case "hard-swish":
      return x * Math.min(1, Math.max(0, x / 6 + 0.5));
    case "tanh":
      return Math.tanh(x);
    case "erf":
      return erf(x);
    case "elu":
      return x < 0 ? activation.slope * Math.expm1(x) : x;
    case "softplus":
      return softplus(x);
    case "mish":
      return x * Math.tanh(softplus(x));
    case "gelu-tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    default:
      return 0.5 * x * (1 + erf(x / Math.SQRT2));
  }
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The error function by its power series, or by 1 where nothing is left of the difference. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
