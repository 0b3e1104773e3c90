import { ShapeError, UnavailableError, UsageError } from "@samoyed/core";

import { checkImageSize, type RawImage, type Size } from "./image.ts";
import { DRAWABLE, type ImageSource, READABLE } from "./image-source.ts";
import { typeName } from "./type-name.ts";

/** The instances of a class that the platform may have: `never` where its types are not there, as without the DOM's. */
type InstanceOf<Name extends string> =
  typeof globalThis extends Readonly<Record<Name, { readonly prototype: infer Instance }>> ? Instance : never;

/** An image that only the platform can read: a file, or pixels that it keeps to itself. */
export type PlatformImage =
  | InstanceOf<"Blob">
  | InstanceOf<"ImageBitmap">
  | InstanceOf<"VideoFrame">
  | InstanceOf<"HTMLImageElement">
  | InstanceOf<"HTMLCanvasElement">
  | InstanceOf<"OffscreenCanvas">
  | InstanceOf<"HTMLVideoElement">;

/**
 * Reads an image of the platform: the bytes of a Blob or File, and the pixels of an ImageBitmap, VideoFrame, canvas, image
 * or video element. Everything else is returned as it is.
 *
 * Bytes are decoded by this package, exactly. Pixels come from a canvas, and the browser has already decided: it applies
 * EXIF orientation and color profiles, its JPEG decoder differs from Pillow's, and transparent pixels lose precision.
 *
 * @throws ShapeError when the image has no pixels: not loaded, or closed.
 * @throws UsageError when the page may not read its pixels, because another site's.
 * @throws UnavailableError when there is no canvas here.
 */
export async function readImage(source: ImageSource | PlatformImage): Promise<ImageSource> {
  const name = typeName(source);
  if (READABLE.includes(name)) return (source as Blob).arrayBuffer();
  return DRAWABLE.includes(name) ? drawnPixels(source as CanvasImageSource) : (source as ImageSource);
}

function drawnPixels(source: CanvasImageSource): RawImage {
  const name = typeName(source);
  const { width, height } = sizeOf(source);
  if (width === 0 || height === 0) {
    throw new ShapeError(`the ${name} has ${width}×${height} pixels`, {
      hint: "Wait until it has loaded (await image.decode()), and read it before it is closed.",
    });
  }
  checkImageSize(width, height);
  const context = canvasContext({ width, height });
  context.drawImage(source, 0, 0, width, height);
  try {
    return { width, height, channels: 4, data: context.getImageData(0, 0, width, height).data };
  } catch (cause) {
    throw new UsageError(`the page may not read the pixels of the ${name}`, {
      cause,
      hint: 'Load it with crossorigin="anonymous" from a site that allows it, or give the bytes of its file.',
    });
  }
}

/** An image's own size, not that at which a page shows it. */
function sizeOf(source: CanvasImageSource): Size {
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  return { width: Number(source.width), height: Number(source.height) };
}

function canvasContext({ width, height }: Size): OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D {
  // In memory, not on a graphics card: those may round.
  const settings: CanvasRenderingContext2DSettings = { willReadFrequently: true, colorSpace: "srgb" };
  const context =
    typeof OffscreenCanvas === "function"
      ? new OffscreenCanvas(width, height).getContext("2d", settings)
      : canvasElement(width, height).getContext("2d", settings);
  if (context !== null) return context;
  throw new UnavailableError("the browser gives no canvas", {
    hint: "Give the bytes of the image's file: they need no canvas.",
  });
}

function canvasElement(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
