import { FormatError, UnsupportedError } from "@samoyed/core";

import { checkImageSize } from "../image.ts";
import { BLOCK_SIDE } from "./constants.ts";
import { badLength } from "./markers.ts";
import { MARKER, type Marker } from "./next-marker.ts";

/** One color channel as the file stores it. */
export interface Component {
  readonly index: number;
  readonly id: number;
  /** Sampling factors: blocks per MCU across and down. */
  readonly h: number;
  readonly v: number;
  readonly quantizer: number;
  /** Samples within the image. */
  readonly width: number;
  readonly height: number;
  /** Blocks within the image. */
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Blocks as stored: whole MCUs. */
  readonly blockStride: number;
  readonly blockRows: number;
}

/** The contents of a start-of-frame segment. */
export interface Frame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly maxH: number;
  readonly maxV: number;
  readonly mcusAcross: number;
  readonly mcusDown: number;
  readonly components: readonly Component[];
}

/** The largest side that libjpeg-turbo decodes (`JPEG_MAX_DIMENSION`); the format's own limit is 65,535. */
const MAX_SIDE = 65_500;

/**
 * Reads a start-of-frame segment (T.81 B.2.2) of a frame with Huffman coding, and computes the image's geometry.
 *
 * @throws UnsupportedError for 12 bits per sample, for 2 components
 * or more than 4, for sampling factors that do not divide one another, and for images above `maxPixels`.
 * @throws FormatError when the segment contradicts itself.
 */
export function parseFrame(marker: Marker, segment: Uint8Array, maxPixels?: number): Frame {
  if (segment.length < 6) throw badLength(marker, segment.length + 2);
  const precision = segment[0]!;
  const height = (segment[1]! << 8) | segment[2]!;
  const width = (segment[3]! << 8) | segment[4]!;
  const count = segment[5]!;
  if (precision !== 8) {
    throw new UnsupportedError(`JPEG: ${precision} bits per sample are not supported; expected 8`, {
      hint: "Save the image with 8 bits per channel.",
    });
  }
  if (width === 0 || height === 0) {
    throw new FormatError(`JPEG: image is ${width}×${height} pixels in its header; expected at least 1×1`);
  }
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new UnsupportedError(`JPEG: image is ${width}×${height} pixels; at most ${MAX_SIDE} on a side are supported`);
  }
  checkImageSize(width, height, maxPixels);
  if (count !== 1 && count !== 3 && count !== 4) {
    throw new UnsupportedError(`JPEG: ${count} color components are not supported; expected 1, 3 or 4`);
  }
  if (segment.length !== 6 + 3 * count) throw badLength(marker, segment.length + 2);

  const factors = Array.from({ length: count }, (_, index) => {
    const [id, sampling, quantizer] = segment.subarray(6 + 3 * index, 9 + 3 * index) as unknown as [
      number,
      number,
      number,
    ];
    return { index, id, h: sampling >> 4, v: sampling & 15, quantizer };
  });
  for (const { index, h, v } of factors) {
    if (h < 1 || h > 4 || v < 1 || v > 4) {
      throw new FormatError(`JPEG: component ${index} has sampling factors ${h}×${v}; expected 1 to 4`);
    }
  }
  const maxH = Math.max(...factors.map(({ h }) => h));
  const maxV = Math.max(...factors.map(({ v }) => v));
  for (const { index, h, v } of factors) {
    if (maxH % h !== 0 || maxV % v !== 0) {
      // libjpeg-turbo refuses these too.
      throw new UnsupportedError(
        `JPEG: component ${index} is sampled ${h}×${v} of ${maxH}×${maxV}; expected whole ratios`,
        { hint: "Save the image with a usual chroma subsampling: 4:4:4, 4:2:2 or 4:2:0." },
      );
    }
  }
  const mcusAcross = Math.ceil(width / (maxH * BLOCK_SIDE));
  const mcusDown = Math.ceil(height / (maxV * BLOCK_SIDE));
  const components = factors.map((factor): Component => ({
    ...factor,
    width: Math.ceil((width * factor.h) / maxH),
    height: Math.ceil((height * factor.v) / maxV),
    blocksAcross: Math.ceil((width * factor.h) / (maxH * BLOCK_SIDE)),
    blocksDown: Math.ceil((height * factor.v) / (maxV * BLOCK_SIDE)),
    blockStride: mcusAcross * factor.h,
    blockRows: mcusDown * factor.v,
  }));
  return {
    progressive: marker.code === MARKER.SOF2,
    width,
    height,
    maxH,
    maxV,
    mcusAcross,
    mcusDown,
    components,
  };
}
