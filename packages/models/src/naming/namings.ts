import type { Naming } from "./naming.ts";
import { efficientnet } from "./torchvision/efficientnet.ts";
import { mobilenetV2, mobilenetV3 } from "./torchvision/mobilenet.ts";
import { OTHERS } from "./torchvision/others.ts";
import { SMALL_IMAGES } from "./small-images.ts";
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
  vit,
  swin,
  convnext,
  resnet,
  mobilevit,
];
