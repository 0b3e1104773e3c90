import { ShapeError, UnavailableError, UsageError } from "@samoyed/core";

import { checkImageSize, type RawImage, type Size } from "./image.ts";
import { typeName } from "./type-name.ts";

/** Types of images whose pixels are drawn onto a canvas. */
export const DRAWABLE: readonly string[] = [
  "ImageBitmap",
  "VideoFrame",
  "HTMLImageElement",
  "HTMLCanvasElement",
  "OffscreenCanvas",
  "HTMLVideoElement",
];

/** Whether an image's pixels have to be drawn. */
export function isDrawable(source: unknown): source is CanvasImageSource {
  return DRAWABLE.includes(typeName(source));
}

/**
 * The pixels of an image that can be drawn.
 *
 * @throws what `readImage` throws.
 */
export function drawnPixels(source: CanvasImageSource): RawImage {
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
