// The networks of the benchmark by name.

/** Attention takes TensorFlow.js's wasm backend seconds. */
const OTHERS = { starts: 2, rounds: 3, without: ["tfjs-wasm"] };
const timm = { from: "timm", ...OTHERS };
const yolo = (size) => ({ from: "wheel", shape: `batch=1,height=${size},width=${size}`, ...OTHERS });

/**
 * `from` names what makes the file (`sources.mjs`), `shape` fixes its sizes, `starts` and `rounds` are those of `compare`;
 * larger networks have longer runs, which vary less. Small kernels, depthwise convolutions, attention and a detector are
 * of other families than those that Samoyed knows by name.
 */
export const NETWORKS = {
  resnet18: { from: "stand-in", starts: 5, rounds: 5, without: [] },
  ssl_resnext50_32x4d: { from: "stand-in", starts: 3, rounds: 3, without: [] },
  ssl_resnext101_32x16d: { from: "stand-in", starts: 1, rounds: 1, without: [] },
  mobilenetv3_large_100: timm,
  efficientnet_b0: timm,
  convnext_tiny: timm,
  vit_small_patch16_224: timm,
  swin_tiny_patch4_window7_224: timm,
  yolov8n_320: yolo(320),
  yolov8n_640: yolo(640),
};

/** How a network of another file is measured. */
export const FILE = { from: "file", ...OTHERS };
