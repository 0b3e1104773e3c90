import type { Naming } from "./naming.ts";
import { efficientnet } from "./torchvision/efficientnet.ts";
import { mobilenetV2, mobilenetV3 } from "./torchvision/mobilenet.ts";
import { OTHERS } from "./torchvision/others.ts";
import { MM_MOBILES } from "./mmpretrain/mobile.ts";
import { MM_RESNETS } from "./mmpretrain/resnet.ts";
import { MM_TRANSFORMERS } from "./mmpretrain/transformers.ts";
import { ORIGINALS } from "./originals.ts";
import { SMALL_IMAGES } from "./small-images.ts";
import { ATTENTIONAL } from "./transformers/attentional.ts";
import { CONVOLUTIONAL } from "./transformers/convolutional.ts";
import { convnext } from "./transformers/convnext.ts";
import { mobilevit } from "./transformers/mobilevit.ts";
import { resnet } from "./transformers/resnet.ts";
import { swin } from "./transformers/swin.ts";
import { vit } from "./transformers/vit.ts";

/** Every naming; at most one is a state dict's. */
export const NAMINGS: readonly Naming[] = [
  mobilenetV2,
  mobilenetV3,
  efficientnet,
  ...OTHERS,
  ...SMALL_IMAGES,
  ...ORIGINALS,
  ...MM_RESNETS,
  ...MM_MOBILES,
  ...MM_TRANSFORMERS,
  // Before ResNet, whose names RegNet shares.
  ...CONVOLUTIONAL,
  ...ATTENTIONAL,
  vit,
  swin,
  convnext,
  resnet,
  mobilevit,
];
