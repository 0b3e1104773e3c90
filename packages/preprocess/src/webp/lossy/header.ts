import { damaged, truncated } from "../damaged.ts";
import { BoolReader } from "./bool-reader.ts";
import { COEFFICIENT_PROBABILITIES, UPDATE_PROBABILITIES } from "./probabilities.ts";
import { AC_STEPS, DC_STEPS } from "./quantizers.ts";

export const SEGMENTS = 4;

/** Steps of the first and of the other coefficients, by the kind of a block. */
export interface Steps {
  readonly luma: readonly [number, number];
  /** Of the first coefficients of luma, which are transformed once more. */
  readonly second: readonly [number, number];
  readonly chroma: readonly [number, number];
}

/** How strongly edges are smoothed. */
export interface FilterStrength {
  /** 0 for no smoothing. */
  readonly limit: number;
  readonly inner: number;
  readonly highVariance: number;
}

/** The header of lossy data. */
export interface LossyHeader {
  readonly width: number;
  readonly height: number;
  /** Modes of prediction follow. */
  readonly modes: BoolReader;
  /** Coefficients; row i of macroblocks is in part i modulo their number. */
  readonly parts: readonly BoolReader[];
  /** Probabilities of a macroblock's segment, where macroblocks have them. */
  readonly segmentTree: readonly number[] | undefined;
  /** By segment. */
  readonly steps: readonly Steps[];
  readonly filter: "none" | "simple" | "normal";
  /** By segment: of macroblocks with one prediction, and of those with one for each 4×4 block. */
  readonly strengths: readonly (readonly [FilterStrength, FilterStrength])[];
  readonly coefficients: Uint8Array;
  /** Probability that a macroblock has coefficients, where that is said. */
  readonly skip: number | undefined;
}

/** Reads the size of lossy data; RFC 6386, section 9.1, and libwebp's `VP8GetInfo`. */
export function readLossySize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const isKeyFrame = bytes.length >= 10 && (bytes[0]! & 1) === 0;
  const hasSignature = bytes[3] === 0x9d && bytes[4] === 0x01 && bytes[5] === 0x2a;
  const profile = (bytes[0]! >> 1) & 7;
  const isShown = (bytes[0]! & 16) !== 0;
  if (!isKeyFrame || !hasSignature || profile > 3 || !isShown)
    throw damaged("the lossy data have no header of a picture");
  const width = (bytes[6]! | (bytes[7]! << 8)) & 0x3fff;
  const height = (bytes[8]! | (bytes[9]! << 8)) & 0x3fff;
  if (width === 0 || height === 0) throw damaged(`the image is ${width}×${height} pixels`);
  return { width, height };
}

/**
 * Reads the header of lossy data.
 *
 * @throws FormatError when they are something else, or end before their parts.
 * Matches RFC 6386, sections 9.2 to 9.11 and 19.2.
 */
export function readLossyHeader(bytes: Uint8Array): LossyHeader {
  const size = readLossySize(bytes);
  const firstLength = (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16)) >> 5;
  const firstEnd = 10 + firstLength;
  if (firstEnd > bytes.length) throw truncated("the first part");
  const modes = new BoolReader(bytes.subarray(10, firstEnd));
  // The color space and whether values are clamped: decoders do not distinguish them.
  modes.number(2);
  const segments = readSegments(modes);
  const filter = readFilter(modes);
  const parts = readParts(bytes.subarray(firstEnd), 1 << modes.number(2));
  const steps = readSteps(modes, segments);
  modes.flag();
  const coefficients = UPDATE_PROBABILITIES.map((update, i) =>
    modes.bit(update) === 1 ? modes.number(8) : COEFFICIENT_PROBABILITIES[i]!,
  );
  const skip = modes.flag() ? modes.number(8) : undefined;
  if (modes.ended) throw truncated("the first macroblock");
  return {
    ...size,
    modes,
    parts,
    segmentTree: segments?.tree,
    steps,
    filter: filter.level === 0 ? "none" : filter.simple ? "simple" : "normal",
    strengths: strengthsOf(filter, segments),
    coefficients,
    skip,
  };
}

/** Settings of the four segments. */
interface Segments {
  /** Whether values are in place of the picture's, or added to them. */
  readonly absolute: boolean;
  readonly quantizers: readonly number[];
  readonly filters: readonly number[];
  readonly tree: readonly number[] | undefined;
}

function readSegments(reader: BoolReader): Segments | undefined {
  if (!reader.flag()) return undefined;
  const mapped = reader.flag();
  let absolute = true;
  let quantizers = [0, 0, 0, 0];
  let filters = [0, 0, 0, 0];
  if (reader.flag()) {
    absolute = reader.flag();
    quantizers = quantizers.map(() => reader.optional(7));
    filters = filters.map(() => reader.optional(6));
  }
  const tree = mapped ? [0, 0, 0].map(() => (reader.flag() ? reader.number(8) : 255)) : undefined;
  return { absolute, quantizers, filters, tree };
}

interface Filter {
  readonly simple: boolean;
  readonly level: number;
  readonly sharpness: number;
  /** Added for pictures without others before them, and for macroblocks with many predictions. */
  readonly deltas: readonly [number, number];
}

function readFilter(reader: BoolReader): Filter {
  const simple = reader.flag();
  const level = reader.number(6);
  const sharpness = reader.number(3);
  const deltas = [0, 0, 0, 0, 0, 0, 0, 0];
  if (reader.flag() && reader.flag()) {
    for (let i = 0; i < deltas.length; i++) if (reader.flag()) deltas[i] = reader.signed(6);
  }
  return { simple, level, sharpness, deltas: [deltas[0]!, deltas[4]!] };
}

/** Splits the rest; a part's length that is too large is cut. */
function readParts(bytes: Uint8Array, count: number): readonly BoolReader[] {
  let from = 3 * (count - 1);
  if (bytes.length < from) throw truncated("the sizes of its parts");
  const parts: BoolReader[] = [];
  for (let i = 0; i < count; i++) {
    const length = bytes[3 * i]! | (bytes[3 * i + 1]! << 8) | (bytes[3 * i + 2]! << 16);
    const end = i === count - 1 ? bytes.length : Math.min(from + length, bytes.length);
    if (i === count - 1 && from >= end) throw truncated("its last part");
    parts.push(new BoolReader(bytes.subarray(from, end)));
    from = end;
  }
  return parts;
}

const clip = (index: number, most = 127): number => Math.min(Math.max(index, 0), most);

function readSteps(reader: BoolReader, segments: Segments | undefined): readonly Steps[] {
  const base = reader.number(7);
  const [lumaDc, secondDc, secondAc, chromaDc, chromaAc] = [0, 0, 0, 0, 0].map(() => reader.optional(4));
  return Array.from({ length: SEGMENTS }, (_, i) => {
    const index = segments === undefined ? base : segments.quantizers[i]! + (segments.absolute ? 0 : base);
    return {
      luma: [DC_STEPS[clip(index + lumaDc!)]!, AC_STEPS[clip(index)]!],
      second: [
        DC_STEPS[clip(index + secondDc!)]! * 2,
        Math.max(8, Math.floor((AC_STEPS[clip(index + secondAc!)]! * 155) / 100)),
      ],
      chroma: [DC_STEPS[clip(index + chromaDc!, 117)]!, AC_STEPS[clip(index + chromaAc!)]!],
    };
  });
}

function strengthsOf(
  { level, sharpness, deltas: [reference, split] }: Filter,
  segments: Segments | undefined,
): LossyHeader["strengths"] {
  return Array.from({ length: SEGMENTS }, (_, i) => {
    const base = segments === undefined ? level : segments.filters[i]! + (segments.absolute ? 0 : level);
    return [strength(base + reference, sharpness), strength(base + reference + split, sharpness)];
  });
}

function strength(given: number, sharpness: number): FilterStrength {
  const level = Math.min(Math.max(given, 0), 63);
  if (level === 0) return { limit: 0, inner: 0, highVariance: 0 };
  const sharpened = sharpness === 0 ? level : Math.min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
  const inner = Math.max(sharpened, 1);
  return { limit: 2 * level + inner, inner, highVariance: level >= 40 ? 2 : level >= 15 ? 1 : 0 };
}
