/** One channel of a picture in macroblocks, with a border above and to the left from which the first ones are predicted. */
export interface Plane {
  /** Clamped where values are written. */
  readonly data: Uint8ClampedArray;
  readonly stride: number;
  /** Where the first pixel is. */
  readonly origin: number;
}

/** Columns to the left, of which the last is used, so that rows begin at multiples of 4. */
const LEFT = 4;
/** Columns to the right: blocks are predicted from four more pixels above. */
const RIGHT = 4;

/** The values of the borders. */
const ABOVE = 127;
const BEFORE = 129;

/** Allocates a plane. */
export function createPlane(width: number, height: number): Plane {
  const stride = LEFT + width + RIGHT;
  const data = new Uint8ClampedArray(stride * (height + 1));
  data.fill(ABOVE, 0, stride);
  for (let row = 1; row <= height; row++) data[row * stride + LEFT - 1] = BEFORE;
  return { data, stride, origin: stride + LEFT };
}
