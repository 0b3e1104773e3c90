import { formatShape, type Shape, UnsupportedError } from "@samoyed/core";
import type { Spatial, StridedView } from "./steps.ts";
import { MAX_VALUE_BYTES, SMALLER } from "./limits.ts";

/** Bytes of memory that values are in. Lifetimes are filled in while operations are listed, the address after that. */
export interface Buffer {
  readonly byteLength: number;
  /** Whether it is no part of the arena: a constant, in the file's data section or in a table. */
  readonly fixed: boolean;
  /** Of a constant in a table: its words, and a key that says all that they depend on. */
  readonly table?: { readonly key: string; readonly words: () => Int32Array };
  /** Of a part of another buffer: that one, and the bytes before the part. It has the other's lifetime. */
  readonly whole?: Buffer;
  readonly start?: number;
  address: number;
  /** The first and the last operation that touch it. */
  first: number;
  last: number;
}

/**
 * Address and layout of a value.
 *
 * - `plain`: as ONNX has it, row-major.
 * - `pixels`: [N, C, H, W] as [N][H][W][C] with `border` pixels of zeros around each image; [N, C, W] is an image of
 *   height 1, [N, C] of one pixel.
 * - `strided`: a view of another value's memory, `strides` bytes from one index of each axis to the next.
 */
export interface Place {
  readonly buffer: Buffer;
  readonly layout: "plain" | "pixels" | "strided";
  readonly strides?: readonly number[];
  readonly shape: Shape;
  readonly border: number;
}

/** Images, channels, height and width of [N, C], [N, C, W] or [N, C, H, W]. */
export interface ImageSize {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A shape of two to four axes as images. */
export function imageSize(shape: Shape): ImageSize {
  const [images, channels, ...spatial] = shape;
  const [width = 1, height = 1] = spatial.toReversed();
  return { images: images!, channels: channels!, height, width };
}

/** A new buffer of so many bytes. */
export function newBuffer(byteLength: number): Buffer {
  return { byteLength, fixed: false, address: -1, first: Number.POSITIVE_INFINITY, last: -1 };
}

/** Bytes that a value takes, borders included. */
export function placeBytes(
  { layout, shape, border }: Pick<Place, "layout" | "shape" | "border">,
  what: string,
): number {
  const size = layout === "pixels" ? imageSize(shape) : undefined;
  const sizes = size ? [size.images, size.height + 2 * border, size.width + 2 * border, size.channels] : shape;
  // Exact: each is at most 2^31 or so, and the product stays below 2^53 until it is refused.
  let bytes = 4;
  for (const factor of sizes) {
    bytes *= factor;
    if (bytes > MAX_VALUE_BYTES) {
      throw new UnsupportedError(
        `${what} of shape ${formatShape(shape)} takes over ${MAX_VALUE_BYTES} bytes with its border of ${border}`,
        { hint: SMALLER },
      );
    }
  }
  return bytes;
}

/** Bytes from one pixel, row and image to the next; and from the buffer's beginning to the first pixel inside. */
export interface PixelStrides {
  readonly pixel: number;
  readonly row: number;
  readonly image: number;
  readonly inside: number;
}

export function pixelStrides({ shape, border }: Place): PixelStrides {
  const { channels, height, width } = imageSize(shape);
  const pixel = 4 * channels;
  const row = pixel * (width + 2 * border);
  return { pixel, row, image: row * (height + 2 * border), inside: border * (row + pixel) };
}

/** One image of a value, for steps that take images one by one. */
export function imageOf(place: Place, image: number): Spatial {
  const { channels, height, width } = imageSize(place.shape);
  const { image: bytes } = pixelStrides(place);
  return { address: place.buffer.address + image * bytes, height, width, channels, border: place.border };
}

/** A value as an address and a stride in bytes for each of ONNX's axes. */
export function viewOf(place: Place): StridedView {
  const { buffer, layout, shape } = place;
  if (layout === "strided") return { address: buffer.address, strides: place.strides! };
  if (layout === "pixels") {
    const { pixel, row, image, inside } = pixelStrides(place);
    return { address: buffer.address + inside, strides: [image, 4, ...[row, pixel].slice(4 - shape.length)] };
  }
  return { address: buffer.address, strides: plainStrides(shape) };
}

/** Bytes from one index of each axis to the next, row-major. */
export function plainStrides(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 4;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  return strides;
}

/** Whether a value's pixels are in memory as its plain layout has them. */
export function isPlain({ layout, shape, border }: Place): boolean {
  if (layout !== "pixels") return layout === "plain";
  const { channels, height, width } = imageSize(shape);
  return border === 0 && (channels === 1 || height * width === 1);
}
