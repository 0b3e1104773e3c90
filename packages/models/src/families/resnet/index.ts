import type { Family } from "../../family.ts";
import { buildResNet, TAPS } from "./build.ts";
import type { ResNetConfig } from "./config.ts";
import { configurationNames, configurations } from "./configurations.ts";
import { CLASSIFIER, resnetParameters } from "./parameters.ts";
import { resnetModuleSettings } from "./module-settings.ts";
import { resnetSettings, withResnetSettings } from "./settings.ts";
import { recognizeResNet } from "./recognize.ts";

/** ResNet, ResNeXt, SE- and ECA-ResNet, ResNet-RS and the like, of any depth and width. */
export const resnet: Family<ResNetConfig> = {
  name: "resnet",
  source: "timm's resnet.py",
  architectures: configurations,
  names: configurationNames,
  recognize: recognizeResNet,
  parameters: resnetParameters,
  classifier: () => CLASSIFIER,
  withChannelsOf(config, tensors) {
    const inChans = (tensors.get("conv1.weight") ?? tensors.get("conv1.0.weight"))?.shape[1];
    return inChans === undefined ? config : { ...config, inChans };
  },
  settings: resnetSettings,
  withSettings: withResnetSettings,
  moduleSettings: resnetModuleSettings,
  inputSize: ({ inChans }) => [inChans, "H", "W"],
  taps: () => TAPS,
  build: buildResNet,
};
