import type { PreprocessConfig } from "@samoyed/core";

import { decodeOnDemand } from "../decode-on-demand.ts";
import { bytesOf, type ImageSource } from "../image-source.ts";
import { loaded } from "../loaded.ts";
import { isFile, type PlatformImage } from "../platform-image.ts";
import type { InputDType } from "./form-settings.ts";
import { prepareTransform, type TransformOptions, type TransformResult } from "./prepare.ts";
import { isUsualConfig } from "./usual-config.ts";

/** Makes a model's input from an image of any kind. */
export type LoadedTransform<D extends InputDType = InputDType> = (
  image: ImageSource | PlatformImage,
) => Promise<TransformResult<D>>;

/**
 * Loads the transform that `createTransform` creates, for pages: what few models take is downloaded where a configuration
 * has it. The transform reads images of the platform as `readImage` does, and how a kind of image is read, such as the
 * decoder of a format, is downloaded when the first such image comes.
 *
 * @throws what `createTransform` throws. The transform throws the errors of `readImage` and of `createTransform`'s.
 * @throws IoError, both, when something cannot be downloaded.
 */
export async function loadTransform<D extends InputDType = "float32">(
  config: Partial<PreprocessConfig> & { readonly dtype?: D } = {},
  options: TransformOptions = {},
): Promise<LoadedTransform<D>> {
  const rare = isUsualConfig(config) ? undefined : (await loaded(import("./rare-transform.ts"))).RARE_TRANSFORM;
  rare?.checkConfig(config);
  const prepared = prepareTransform(config, options, rare);
  return async (input) => {
    const source = isFile(input) ? await input.arrayBuffer() : input;
    const bytes = bytesOf(source);
    if (bytes !== undefined) return prepared.tensorOf(await decodeOnDemand(bytes, prepared.options));
    const { readPixels } = await loaded(import("../read-pixels.ts"));
    return prepared.tensorOf(readPixels(source, prepared.options));
  };
}
