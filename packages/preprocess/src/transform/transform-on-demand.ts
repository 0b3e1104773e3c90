import type { PreprocessConfig } from "@samoyed/core";

import { decodeOnDemand, loaded } from "../decode-on-demand.ts";
import { bytesOf, type ImageSource } from "../image-source.ts";
import { isFile, type PlatformImage } from "../platform-image.ts";
import { isRareResize } from "../resize/resize-with.ts";
import { checkConfig } from "./check-config.ts";
import type { InputDType } from "./normalize.ts";
import { prepareTransform, type TransformOptions, type TransformResult } from "./prepare.ts";

/** Makes a model's input from an image of any kind. */
export type TransformOnDemand<D extends InputDType = InputDType> = (
  image: ImageSource | PlatformImage,
) => Promise<TransformResult<D>>;

/**
 * The same transform as `createTransform`'s, for pages: it reads images of the platform as `readImage` does, and a page
 * downloads how a kind of image is read, such as the decoder of a format, when the first such image comes.
 *
 * @throws what `createTransform` throws. The transform throws the errors of `readImage` and of `createTransform`'s, and
 * IoError when a decoder cannot be downloaded.
 */
export function createTransformOnDemand<D extends InputDType = "float32">(
  config: Partial<PreprocessConfig> & { readonly dtype?: D } = {},
  options: TransformOptions = {},
): TransformOnDemand<D> {
  const settings = checkConfig(config);
  return async (input) => {
    const rare = isRareResize(settings.plan)
      ? (await loaded(import("../resize/rare-resize.ts"))).RARE_RESIZE
      : undefined;
    const prepared = prepareTransform<D>(settings, options, rare);
    const source = isFile(input) ? await input.arrayBuffer() : input;
    const bytes = bytesOf(source);
    if (bytes !== undefined) return prepared.tensorOf(await decodeOnDemand(bytes, prepared.options));
    const { readPixels } = await loaded(import("../read-pixels.ts"));
    return prepared.tensorOf(readPixels(source, prepared.options));
  };
}
