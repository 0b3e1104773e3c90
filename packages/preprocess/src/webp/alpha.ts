import { damaged, truncated } from "./damaged.ts";
import { decodeLosslessStream } from "./lossless/decode.ts";

/** How a row was predicted. */
const FILTER = { none: 0, horizontal: 1, vertical: 2, gradient: 3 } as const;

/**
 * Decodes the opacity of a lossy picture, a byte for each pixel.
 *
 * @throws FormatError when the data end early or contradict themselves.
 * Matches libwebp 1.6, src/dec/alpha_dec.c.
 */
export function decodeAlpha(
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const [flags] = bytes;
  if (flags === undefined || bytes.length < 2) throw truncated("the opacity");
  const isCompressed = (flags & 3) === 1;
  const filter = (flags >> 2) & 3;
  if ((flags & 3) > 1 || ((flags >> 4) & 3) > 1 || flags >> 6 !== 0)
    throw damaged("the opacity is stored in an unknown way");
  const stored = bytes.subarray(1);
  if (!isCompressed && stored.length < width * height) throw truncated("the opacity");
  const alpha = isCompressed
    ? Uint8Array.from(decodeLosslessStream(stored, { width, height }).pixels, (pixel) => pixel >> 8)
    : stored.slice(0, width * height);
  if (filter !== FILTER.none) unfilter(alpha, { width, height, filter });
  return alpha;
}

function unfilter(
  alpha: Uint8Array,
  { width, height, filter }: { readonly width: number; readonly height: number; readonly filter: number },
): void {
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at++) {
      const left = column > 0 ? alpha[at - 1]! : row > 0 ? alpha[at - width]! : 0;
      let prediction = left;
      if (row > 0 && filter !== FILTER.horizontal) {
        const top = alpha[at - width]!;
        const corner = column > 0 ? alpha[at - width - 1]! : top;
        prediction = filter === FILTER.vertical ? top : Math.min(Math.max(left + top - corner, 0), 255);
      }
      alpha[at] = alpha[at]! + prediction;
    }
  }
}
