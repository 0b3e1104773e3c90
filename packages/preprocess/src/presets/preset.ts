import { nearestNames, type PreprocessConfig, UsageError } from "@samoyed/core";

import { IMAGENET_MEAN, IMAGENET_STD } from "../transform/config.ts";
import { TORCHVISION_WEIGHTS } from "./torchvision-weights.ts";

const TORCHVISION = "torchvision:";

/** Preprocessing known by a word. */
const OTHERS: Readonly<Record<string, PreprocessConfig>> = {
  // OpenAI's clip/clip.py, `_transform(224)`, on an image in RGB.
  clip: {
    inputSize: [3, 224, 224],
    interpolation: "bicubic",
    cropPct: 1,
    cropMode: "center",
    resize: { mode: "shortest", size: [224] },
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  // ultralytics' `LetterBox((640, 640), auto=False)` of a picture that OpenCV has read, and its division by 255.
  yolo: {
    inputSize: [3, 640, 640],
    interpolation: "bilinear",
    cropPct: 1,
    cropMode: "center",
    resize: { mode: "fit" },
    resampler: "opencv",
    exifOrientation: "apply",
    pad: { color: [114, 114, 114] },
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
};

/** The names that `preset` knows: `clip`, `yolo`, and torchvision's weights, such as `torchvision:ResNet50_Weights.IMAGENET1K_V2`. */
export const PRESET_NAMES: readonly string[] = [
  ...Object.keys(OTHERS),
  ...Object.keys(TORCHVISION_WEIGHTS).map((name) => TORCHVISION + name),
];

/**
 * The preprocessing of a name of `PRESET_NAMES`, complete.
 *
 * Of torchvision it is `weights.transforms()` for a PIL image; a tensor is resized otherwise there, as with the resampler
 * `torch-antialias`.
 *
 * @throws UsageError when there is none of that name, with the nearest one.
 */
export function preset(name: string): PreprocessConfig {
  if (Object.hasOwn(OTHERS, name)) return OTHERS[name]!;
  const weights = name.startsWith(TORCHVISION) ? name.slice(TORCHVISION.length) : "";
  if (Object.hasOwn(TORCHVISION_WEIGHTS, weights)) return torchvisionConfig(weights);
  throw new UsageError(`no preprocessing has the name ${JSON.stringify(name)}`, {
    hint: `Did you mean ${closest(name)}? There are ${Object.keys(OTHERS).join(", ")} and ${TORCHVISION}WEIGHTS.`,
    details: { name },
  });
}

function torchvisionConfig(weights: string): PreprocessConfig {
  const [crop, resize, interpolation, mean = IMAGENET_MEAN, std = IMAGENET_STD] = TORCHVISION_WEIGHTS[weights]!;
  return {
    inputSize: [3, crop, crop],
    interpolation,
    cropPct: 1,
    cropMode: "center",
    resize: { mode: "shortest", size: [resize] },
    mean,
    std,
  };
}

/** The name that begins like another, such as that of a network without its weights; else the most similar one. */
function closest(name: string): string {
  const word = name.toLowerCase();
  const begins = (each: string): boolean => each.toLowerCase().startsWith(word);
  const [longer] = PRESET_NAMES.filter((each) => begins(each) || begins(each.slice(TORCHVISION.length))).toSorted(
    (a, b) => a.length - b.length,
  );
  return longer ?? nearestNames(name, PRESET_NAMES, { count: 1 })[0]!;
}
