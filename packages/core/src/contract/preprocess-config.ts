/** How pixels become the input tensor: timm's settings (timm 1.0.29, `timm/data/config.py`), and what others need besides. */
export interface PreprocessConfig {
  /** Channels, height, width, in this order whatever the layout. One channel is gray: Pillow's `convert("L")`. */
  readonly inputSize: readonly [number, number, number];
  readonly interpolation: "nearest" | "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";
  /** Crop size divided by resize size; not used with `resize`. */
  readonly cropPct: number;
  /** Not used with `resize`. */
  readonly cropMode: "center" | "squash" | "border";
  /** Pixels cropped from each side before any other step. */
  readonly cropBorderPixels?: number;
  /** Per channel, in the order of the tensor, for values in [0, 1] unless `valueRange` is 255. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Whether images are turned as their EXIF orientation says; `ignore` when absent, as in timm and torchvision. */
  readonly exifOrientation?: "apply" | "ignore";
  /** Red, green, blue behind transparent pixels, 0 to 255. When absent, alpha is dropped, as in Pillow. */
  readonly background?: readonly number[];
  /** The size to which images are scaled before the crop to `inputSize`; when absent, `cropPct` and `cropMode` say it. */
  readonly resize?: ResizeRule;
  /**
   * Where the center is when half a pixel would be cropped or padded: `half-even` (when absent) crops from the even offset
   * and pads from the smaller, as torchvision and timm; `floor` takes the smaller for both, as transformers on torchvision;
   * `floor-ceil` crops from the smaller and pads from the larger, as transformers on NumPy.
   */
  readonly cropRounding?: "half-even" | "floor" | "floor-ceil";
  /** What fills the input around an image that is smaller; when absent, black, the image in the center. */
  readonly pad?: PadRule;
  /** Whose resizing is computed; `pillow` when absent. */
  readonly resampler?: Resampler;
  /** `rgb` when absent. */
  readonly channelOrder?: "rgb" | "bgr";
  /** The largest value of a pixel before `mean` and `std` are applied: 1 when absent, 255 for values as they are. */
  readonly valueRange?: 1 | 255;
  /** Axes of the tensor: `chw` when absent. */
  readonly layout?: "chw" | "hwc";
  /** Elements of the tensor: `float32` when absent. `uint8` are the pixels themselves, with mean 0 and deviation 1. */
  readonly dtype?: "float32" | "float16" | "uint8";
}

/** The size to which an image is scaled. */
export interface ResizeRule {
  /**
   * - `shortest`: the shorter side to `size`, the longer in proportion and cut to an integer (torchvision's `Resize(int)`);
   * - `longest`: the longer side to `size`, the other rounded, halves up (SAM's `ResizeLongestSide`);
   * - `fit`: in proportion, as large as `size` holds, rounded, halves to even (YOLO's letterbox);
   * - `exact`: to `size`, whatever the proportions (torchvision's `Resize((height, width))`);
   * - `none`: not at all.
   */
  readonly mode: "shortest" | "longest" | "fit" | "exact" | "none";
  /** One side for `shortest` and `longest`; height and width for `fit` and `exact`, `inputSize`'s when absent. */
  readonly size?: readonly number[];
  /** Most pixels of the longer side in mode `shortest`: torchvision's `max_size`. */
  readonly maxSize?: number;
}

/** What fills an input around a smaller image. */
export interface PadRule {
  /** Where the image is; `center` when absent. */
  readonly position?: "center" | "top-left" | "top-right" | "bottom-left" | "bottom-right";
  /** Red, green, blue (or gray) of the padding, 0 to 255, normalized as the image is. */
  readonly color?: readonly number[];
  /** In place of `color`: the value of the padding in the tensor, after normalization (SAM pads with 0). */
  readonly value?: number;
}

/**
 * Whose resizing is computed: `pillow`, torchvision's of a uint8 tensor with antialiasing (`torch-antialias`, the default of
 * transformers' fast processors) or without (`torch`), or OpenCV's, whose `INTER_AREA` is `box` (`opencv`).
 */
export type Resampler = "pillow" | "torch-antialias" | "torch" | "opencv";
