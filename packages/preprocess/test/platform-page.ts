// Runs in Chromium: one picture as every kind of image that a page has, read back as RGB.
import { readImage, type PlatformImage, toRgb, decodeImage, type ImageSource } from "../src/index.ts";

/** RGB bytes of the picture, by the kind of image; an error's code and hint where reading failed. */
export type PlatformResult = Readonly<Record<string, readonly number[] | string>>;

declare global {
  interface Window {
    runPlatform?: () => Promise<PlatformResult>;
  }
}

const WIDTH = 9;
const HEIGHT = 8;

function picture(): ImageData {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4).map((_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));
  return new ImageData(data, WIDTH, HEIGHT);
}

async function rgbOf(source: ImageSource | PlatformImage): Promise<readonly number[] | string> {
  try {
    const read = await readImage(source);
    return [...(read instanceof ArrayBuffer ? decodeImage(read) : toRgb(read as ImageData)).data];
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as { hint?: string }).hint}`;
  }
}

window.runPlatform = async () => {
  const pixels = picture();
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  const offscreen = new OffscreenCanvas(WIDTH, HEIGHT);
  offscreen.getContext("2d")!.putImageData(pixels, 0, 0);
  const blob = await offscreen.convertToBlob({ type: "image/png" });
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  image.width = 3;
  const bitmap = await createImageBitmap(pixels);
  const frame = new VideoFrame(bitmap, { timestamp: 0 });
  const closed = await createImageBitmap(pixels);
  closed.close();
  const frameDocument = document.body.appendChild(document.createElement("iframe")).contentWindow as unknown as {
    ImageData: typeof ImageData;
  };
  return {
    ImageData: await rgbOf(pixels),
    "ImageData of a frame": await rgbOf(new frameDocument.ImageData(pixels.data.slice(), WIDTH)),
    ImageBitmap: await rgbOf(bitmap),
    VideoFrame: await rgbOf(frame),
    HTMLCanvasElement: await rgbOf(canvas),
    OffscreenCanvas: await rgbOf(offscreen),
    HTMLImageElement: await rgbOf(image),
    Blob: await rgbOf(blob),
    "a closed ImageBitmap": await rgbOf(closed),
    "an image that is not loaded": await rgbOf(new Image()),
    "a video without pictures": await rgbOf(document.createElement("video")),
  };
};
