import { readOrientation } from "@samoyed/preprocess";

/**
 * A note that an image's EXIF orientation is ignored, as timm and torchvision do; undefined where it is upright. It is given
 * once, for the first of the images.
 */
export function orientationNote(image: string, bytes: Uint8Array): string | undefined {
  const orientation = readOrientation(bytes);
  if (orientation === 1) return undefined;
  return `${image} has EXIF orientation ${orientation}, which is ignored, as by timm; --exif-orientation apply turns such images`;
}
