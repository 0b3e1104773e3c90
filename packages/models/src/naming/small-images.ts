import { byRules, hasName, type Naming } from "./naming.ts";

/** What these networks compute for images of 32 pixels only. */
const LAST_POOLING = "The last pooling is taken to be of the whole image, as it is for images of 32 pixels.";

/** The ResNets of kuangliu/pytorch-cifar (`models/resnet.py`), which many repositories have copied. */
const kuangliu: Naming = {
  source: "a ResNet for CIFAR with shortcuts and linear",
  isOf: (tensors) =>
    tensors.has("linear.weight") && tensors.has("layer1.0.conv1.weight") && tensors.has("layer4.0.conv1.weight"),
  rename: byRules([
    [/\.shortcut\./u, ".downsample."],
    [/^linear\./u, "fc."],
  ]),
  settings: () => ({ epsilons: [], assumptions: [LAST_POOLING] }),
};

/** The number of a convolution in a residual function: each is followed by a norm, and but for the last by an activation. */
const place = (index: string): number => Math.floor(Number(index) / 3) + 1;

/** The ResNets of weiaicunzai/pytorch-cifar100 (`models/resnet.py`). */
const residualFunctions: Naming = {
  source: "a ResNet for CIFAR with residual functions",
  isOf: (tensors) => hasName(tensors, /^conv2_x\.0\.residual_function\.0\.weight$/u),
  rename: byRules([
    [/^conv1\.0\./u, "conv1."],
    [/^conv1\.1\./u, "bn1."],
    [/^conv([2-5])_x\./u, (_, stage) => `layer${Number(stage) - 1}.`],
    [/\.residual_function\.([036])\./u, (_, index) => `.conv${place(index)}.`],
    [/\.residual_function\.([147])\./u, (_, index) => `.bn${place(index)}.`],
    [/\.shortcut\./u, ".downsample."],
  ]),
};

/** ResNets for small images, whose stem is a convolution of 3 × 3. */
export const SMALL_IMAGES: readonly Naming[] = [kuangliu, residualFunctions];
