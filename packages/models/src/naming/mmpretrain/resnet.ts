import { byRules, hasName, type Naming } from "../naming.ts";

/** MMPretrain's `ResNetV1d` (1.2, `models/backbones/resnet.py`): three convolutions in the stem, pooling in the shortcuts. */
const deepStem: Naming = {
  source: "MMPretrain's ResNetV1d",
  isOf: (tensors) => hasName(tensors, /^backbone\.stem\.0\.conv\.weight$/u) && hasName(tensors, /^backbone\.layer1\./u),
  rename: byRules([
    [/^head\.fc\./u, "fc."],
    [/^backbone\./u, ""],
    [/^stem\.([01])\.conv\./u, (_, layer) => `conv1.${3 * Number(layer)}.`],
    [/^stem\.([01])\.bn\./u, (_, layer) => `conv1.${3 * Number(layer) + 1}.`],
    [/^stem\.2\.conv\./u, "conv1.6."],
    [/^stem\.2\.bn\./u, "bn1."],
    // Without a stride there is no pooling before them.
    [/^layer1\.0\.downsample\.([01])\./u, (_, layer) => `layer1.0.downsample.${Number(layer) + 1}.`],
  ]),
};

/** MMPretrain's `SEResNet` and `SEResNeXt` (`models/backbones/seresnet.py`). */
const squeeze: Naming = {
  source: "MMPretrain's SEResNet",
  isOf: (tensors) => hasName(tensors, /^backbone\.layer1\.0\.se_layer\.conv1\.conv\.weight$/u),
  rename: byRules([
    [/^head\.fc\./u, "fc."],
    [/^backbone\./u, ""],
    [/\.se_layer\.conv([12])\.conv\./u, ".se.fc$1."],
  ]),
};

/** MMPretrain's `RegNet` (`models/backbones/regnet.py`), whose layers have a ResNet's names. */
const regnet: Naming = {
  source: "MMPretrain's RegNet",
  isOf: (tensors) =>
    tensors.get("backbone.conv1.weight")?.shape[0] === 32 && tensors.has("backbone.layer1.0.conv3.weight"),
  rename: byRules([
    [/^backbone\.conv1\./u, "stem.conv."],
    [/^backbone\.bn1\./u, "stem.bn."],
    [/^backbone\.layer(\d)\.(\d+)\./u, (_, stage, block) => `s${stage}.b${Number(block) + 1}.`],
    [/\.downsample\.0\./u, ".downsample.conv."],
    [/\.downsample\.1\./u, ".downsample.bn."],
    [/(?<=^s\d\.b\d+)\.conv([123])\./u, ".conv$1.conv."],
    [/\.bn([123])\./u, ".conv$1.bn."],
    [/^head\.fc\./u, "head.fc."],
  ]),
};

/** MMPretrain's `RepVGG` before its branches are merged (`models/backbones/repvgg.py`). */
const repvgg: Naming = {
  source: "MMPretrain's RepVGG",
  isOf: (tensors) => hasName(tensors, /^backbone\.stage_1\.0\.branch_3x3\.conv\.weight$/u),
  rename: byRules([
    [/^backbone\./u, ""],
    [/^stage_(\d)\./u, (_, stage) => `stages.${Number(stage) - 1}.`],
    [/\.branch_3x3\.conv\./u, ".conv_kxk.conv."],
    [/\.branch_3x3\.norm\./u, ".conv_kxk.bn."],
    [/\.branch_1x1\.conv\./u, ".conv_1x1.conv."],
    [/\.branch_1x1\.norm\./u, ".conv_1x1.bn."],
    [/\.branch_norm\./u, ".identity."],
  ]),
};

/** MMPretrain's relatives of ResNet; a plain one has timm's names under `backbone.`. */
export const MM_RESNETS: readonly Naming[] = [deepStem, squeeze, regnet, repvgg];
