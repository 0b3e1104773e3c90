"""Networks of transformers, as save_pretrained writes them: with their own names, and a config.json beside them."""

import json

import torch
from safetensors.torch import save_file
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, prefixed, tiny

THEME = "transformers"
EXPORT = r"torch\.export"

NAMES = {0: "cat", 1: "dog", 2: "fox"}
LABELS = list(NAMES.values())


def made(kind: str, seed: str = "", **options) -> nn.Module:
    import transformers

    config = getattr(transformers, f"{kind}Config")(
        id2label=NAMES, label2id={name: place for place, name in NAMES.items()}, **options
    )
    return alive(getattr(transformers, f"{kind}ForImageClassification")(config), kind + seed)


def logits(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return network(x).logits


VIT = {"hidden_size": 192, "num_attention_heads": 3, "intermediate_size": 768}
RESNET18 = {"depths": [2, 2, 2, 2], "hidden_sizes": [64, 128, 256, 512], "layer_type": "basic"}

# Kinds that timm has, too: the class, its options for a small network, the image's size.
RIGHT = {
    "vit-tiny": ("ViT", VIT, 224),
    "resnet-18": ("ResNet", RESNET18, 224),
    "convnext-atto": ("ConvNextV2", {"depths": [2, 2, 6, 2], "hidden_sizes": [40, 80, 160, 320]}, 224),
    "swin-tiny": ("Swin", {}, 224),
    "mobilevit-xxs": (
        "MobileViT",
        {"hidden_sizes": [64, 80, 96], "neck_hidden_sizes": [16, 16, 24, 48, 64, 80, 320], "expand_ratio": 2.0},
        256,
    ),
    "beit-base": (
        "Beit",
        {"use_relative_position_bias": True, "use_absolute_position_embeddings": False, "use_mask_token": True},
        224,
    ),
    "regnet-y-002": (
        "RegNet",
        {
            "embedding_size": 32,
            "hidden_sizes": [24, 56, 152, 368],
            "depths": [1, 1, 4, 7],
            "groups_width": 8,
            "layer_type": "y",
        },
        224,
    ),
    "efficientnet-b0": (
        "EfficientNet",
        {"hidden_dim": 1280, "width_coefficient": 1.0, "depth_coefficient": 1.0, "image_size": 224},
        224,
    ),
    "pvt-v2-b0": ("PvtV2", {}, 224),
}
#: Networks that timm does not have, or computes otherwise: they must be refused, never taken for another one.
REFUSED = {
    "segformer-b0": ("Segformer", {}),
    "cvt-13": ("Cvt", {}),
    # One classifier for a network with two tokens; timm's has two.
    "deit-tiny": ("DeiT", VIT),
    # The classifier takes the mean of the patches besides the token.
    "dinov2-small": ("Dinov2", {"hidden_size": 384, "num_attention_heads": 6, "image_size": 518, "patch_size": 14}),
    # The last norm is before the pooling; timm has it after.
    "poolformer-s12": ("PoolFormer", {}),
    # Padded as TensorFlow does.
    "mobilenet-v2": ("MobileNetV2", {}),
    "swinv2-tiny": ("Swinv2", {"image_size": 256, "window_size": 8}),
    "levit-128s": ("Levit", {"hidden_sizes": [128, 256, 384], "num_attention_heads": [4, 6, 8], "depths": [2, 3, 4]}),
    "focalnet-tiny": ("FocalNet", {"depths": [2, 2, 6, 2], "embed_dim": 96, "focal_levels": [2, 2, 2, 2]}),
}

for name, (kind, options, size) in RIGHT.items():

    @variant(THEME, name, "transformers")
    def _(case: Case, kind: str = kind, options: dict = options, size: int = size) -> None:
        model = made(kind, **options)
        model.save_pretrained(case.files)
        case.right(logits, network=model, size=size, file="", labels=LABELS)


for name, (kind, options) in REFUSED.items():

    @variant(THEME, name, "transformers")
    def _(case: Case, kind: str = kind, options: dict = options) -> None:
        made(kind, **options).save_pretrained(case.files)
        case.refused(EXPORT, file="")


@variant(THEME, "vit-sharded", "transformers")
def _(case: Case) -> None:
    model = made("ViT", **VIT)
    model.save_pretrained(case.files, max_shard_size="6MB")
    case.right(logits, network=model, file="", labels=LABELS)


@variant(THEME, "vit-state-dict", "transformers")
def _(case: Case) -> None:
    # Without config.json: the epsilon is transformers' default, and assumed.
    model = made("ViT", **VIT)
    case.save(model.state_dict(), "pytorch_model.bin")
    case.right(logits, network=model, file="pytorch_model.bin")


@variant(THEME, "vit-epsilon", "transformers")
def _(case: Case) -> None:
    model = made("ViT", "eps", layer_norm_eps=0.01, **VIT)
    model.save_pretrained(case.files)
    case.right(logits, network=model, file="", labels=LABELS)


@variant(THEME, "vit-relu", "transformers")
def _(case: Case) -> None:
    made("ViT", hidden_act="relu", **VIT).save_pretrained(case.files)
    case.refused(r"hidden_act[\s\S]*torch\.export", file="")


@variant(THEME, "vit-heads", "transformers")
def _(case: Case) -> None:
    # The same tensors with other heads of attention.
    made("ViT", **{**VIT, "num_attention_heads": 6}).save_pretrained(case.files)
    case.refused(r"heads of attention", file="")


@variant(THEME, "vit-half", "transformers")
def _(case: Case) -> None:
    model = made("ViT", **VIT).half()
    model.save_pretrained(case.files)
    case.right(logits, network=model.float(), file="", labels=LABELS)


@variant(THEME, "trainer-folder", "transformers")
def _(case: Case) -> None:
    # transformers' Trainer: optimizer, scheduler and random states beside the weights.
    model = made("ResNet", **RESNET18)
    model.save_pretrained(case.files)
    case.save({"state": {}, "param_groups": []}, "optimizer.pt")
    case.save({"last_epoch": 3}, "scheduler.pt")
    case.save({"python": (3, (1, 2), None)}, "rng_state.pth")
    case.path("trainer_state.json").write_text(json.dumps({"epoch": 3.0}))
    case.right(logits, network=model, file="", labels=LABELS)


@variant(THEME, "resnet-basic-gelu", "transformers")
def _(case: Case) -> None:
    made("ResNet", hidden_act="gelu", **RESNET18).save_pretrained(case.files)
    case.refused(r"hidden_act[\s\S]*torch\.export", file="")


@variant(THEME, "resnet-downsample-in-bottleneck", "transformers")
def _(case: Case) -> None:
    # config.json says that the stride is in the first convolution; tensors do not show it.
    options = {"depths": [3, 4, 6, 3], "hidden_sizes": [256, 512, 1024, 2048], "layer_type": "bottleneck"}
    made("ResNet", downsample_in_bottleneck=True, **options).save_pretrained(case.files)
    case.refused(r"downsample_in_bottleneck", file="")


@variant(THEME, "backbone-without-classifier", "transformers")
def _(case: Case) -> None:
    import transformers

    model = alive(transformers.ResNetModel(transformers.ResNetConfig(**RESNET18)), "backbone")
    model.save_pretrained(case.files)
    case.right(lambda network, x: network(x).pooler_output.flatten(1), network=model, file="")


@variant(THEME, "dinov2-backbone", "transformers")
def _(case: Case) -> None:
    import transformers

    config = transformers.Dinov2Config(hidden_size=384, num_attention_heads=6, image_size=518, patch_size=14)
    model = alive(transformers.Dinov2Model(config), "dinov2")
    model.save_pretrained(case.files)
    case.right(lambda network, x: network(x).pooler_output, network=model, size=518, file="")


@variant(THEME, "in-lightning", "transformers")
def _(case: Case) -> None:
    model = made("ViT", **VIT)
    case.save({"state_dict": prefixed("model.", model.state_dict()), "pytorch-lightning_version": "2.2.0"}, "last.ckpt")
    case.right(logits, network=model, file="last.ckpt")


@variant(THEME, "timm-wrapper", "transformers")
def _(case: Case) -> None:
    import timm
    import transformers

    config = transformers.TimmWrapperConfig(
        architecture="resnet10t",
        num_labels=3,
        label_names=LABELS,
        pretrained_cfg=timm.create_model("resnet10t").pretrained_cfg,
    )
    model = alive(transformers.TimmWrapperForImageClassification(config))
    model.save_pretrained(case.files)
    case.right(logits, network=model, size=176, file="", labels=LABELS)


@variant(THEME, "timm-wrapper-old")
def _(case: Case) -> None:
    model = tiny()
    save_file(
        prefixed("timm_model.", {name: value.contiguous() for name, value in model.state_dict().items()}),
        case.path("weights.safetensors"),
    )
    case.right(model, size=TINY, file="weights.safetensors")


@variant(THEME, "clip", "transformers")
def _(case: Case) -> None:
    import transformers

    small = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.CLIPConfig(vision_config=small, text_config=small | {"vocab_size": 100})
    transformers.CLIPModel(config).save_pretrained(case.files)
    case.refused(EXPORT, file="")


@variant(THEME, "detr", "transformers")
def _(case: Case) -> None:
    import transformers

    config = transformers.DeformableDetrConfig if False else transformers.YolosConfig
    transformers.YolosForObjectDetection(
        config(hidden_size=192, num_hidden_layers=2, num_attention_heads=3, intermediate_size=768)
    ).save_pretrained(case.files)
    case.refused(EXPORT, file="")


@variant(THEME, "bert", "transformers")
def _(case: Case) -> None:
    import transformers

    small = {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "vocab_size": 100,
    }
    transformers.BertForSequenceClassification(transformers.BertConfig(**small)).save_pretrained(case.files)
    case.refused(r"vision|torch\.export", file="")
