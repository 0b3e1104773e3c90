"""Networks that learned without labels, as the authors' repositories save them: a backbone among what training needs."""

import copy

import timm
import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, bare, of_timm, prefixed, tiny, tiny_bottleneck

THEME = "pretraining"


def pooled(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return network.forward_head(network.forward_features(x), pre_logits=True)


def other(model: nn.Module) -> nn.Module:
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.2)
    return model


@variant(THEME, "moco-v2")
def _(case: Case) -> None:
    # facebookresearch/moco, main_moco.py: fc is an MLP of both encoders.
    query, key = tiny_bottleneck(0), other(tiny_bottleneck(0))
    for encoder in (query, key):
        encoder.fc = nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 16))
    state = prefixed("encoder_q.", query.state_dict()) | prefixed("encoder_k.", key.state_dict())
    state |= {"queue": torch.randn(16, 64), "queue_ptr": torch.zeros(1, dtype=torch.int64)}
    case.save({"epoch": 200, "arch": "resnet50", "state_dict": prefixed("module.", state), "optimizer": {}})
    # arch says resnet50, and this is not one.
    case.refused(r"arch")


@variant(THEME, "moco-v2-resnet18")
def _(case: Case) -> None:
    import torchvision

    query, key = alive(torchvision.models.resnet18(), "q"), alive(torchvision.models.resnet18(), "k")
    for encoder in (query, key):
        encoder.fc = nn.Sequential(nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 128))
    state = prefixed("encoder_q.", query.state_dict()) | prefixed("encoder_k.", key.state_dict())
    state |= {"queue": torch.randn(128, 64), "queue_ptr": torch.zeros(1, dtype=torch.int64)}
    case.save({"epoch": 200, "arch": "resnet18", "state_dict": prefixed("module.", state), "optimizer": {}})
    query.fc = nn.Identity()
    case.right(query)


@variant(THEME, "moco-v3-vit")
def _(case: Case) -> None:
    # facebookresearch/moco-v3: head is an MLP with norms, predictor beside it.
    base, momentum = of_timm("vit_tiny_patch16_224", 0), other(of_timm("vit_tiny_patch16_224", 0))

    def mlp(width: int) -> nn.Module:
        return nn.Sequential(
            nn.Linear(width, 64, bias=False),
            nn.BatchNorm1d(64),
            nn.ReLU(),
            nn.Linear(64, 32, bias=False),
            nn.BatchNorm1d(32, affine=False),
        )

    plain = copy.deepcopy(base)
    base.head, momentum.head = mlp(192), mlp(192)
    state = (
        prefixed("base_encoder.", base.state_dict())
        | prefixed("momentum_encoder.", momentum.state_dict())
        | prefixed("predictor.", mlp(32).state_dict())
    )
    case.save({"epoch": 300, "arch": "vit_tiny", "state_dict": prefixed("module.", state)})
    case.right(plain)


@variant(THEME, "simsiam")
def _(case: Case) -> None:
    # facebookresearch/simsiam: encoder.fc is a projector of three layers, predictor beside it.
    model = tiny_bottleneck(0)
    plain = copy.deepcopy(model)
    model.fc = nn.Sequential(
        nn.Linear(128, 128, bias=False),
        nn.BatchNorm1d(128),
        nn.ReLU(),
        nn.Linear(128, 64, bias=False),
        nn.BatchNorm1d(64, affine=False),
    )
    predictor = nn.Sequential(nn.Linear(64, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 64))
    state = prefixed("module.encoder.", model.state_dict()) | prefixed("module.predictor.", predictor.state_dict())
    case.save({"epoch": 100, "state_dict": state})
    case.right(pooled, network=plain, size=TINY)


@variant(THEME, "byol")
def _(case: Case) -> None:
    online, target = tiny(0), other(tiny(0))
    head = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 16))
    state = (
        prefixed("online_encoder.", online.state_dict())
        | prefixed("target_encoder.", target.state_dict())
        | prefixed("online_projector.", head.state_dict())
        | prefixed("target_projector.", head.state_dict())
        | prefixed("predictor.", head.state_dict())
    )
    case.save({"state_dict": state})
    case.right(pooled, network=online, size=TINY)


@variant(THEME, "barlow-twins")
def _(case: Case) -> None:
    # facebookresearch/barlowtwins: {"epoch", "model": backbone, projector, bn}.
    backbone = tiny_bottleneck(0)
    projector = nn.Sequential(
        nn.Linear(128, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(inplace=True), nn.Linear(64, 64, bias=False)
    )
    state = (
        prefixed("module.backbone.", backbone.state_dict())
        | prefixed("module.projector.", projector.state_dict())
        | prefixed("module.bn.", nn.BatchNorm1d(64, affine=False).state_dict())
    )
    case.save({"epoch": 1000, "model": state, "optimizer": {}})
    case.right(pooled, network=backbone, size=TINY)


@variant(THEME, "vicreg")
def _(case: Case) -> None:
    backbone = tiny_bottleneck(0)
    projector = nn.Sequential(nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64, bias=False))
    case.save(
        {
            "epoch": 100,
            "model": prefixed("module.backbone.", backbone.state_dict())
            | prefixed("module.projector.", projector.state_dict()),
        }
    )
    case.right(pooled, network=backbone, size=TINY)


@variant(THEME, "simclr-numbered")
def _(case: Case) -> None:
    # leftthomas/SimCLR: f is a Sequential of the children without maxpool and fc. Its stem is of 3 × 3.
    import torchvision

    children = [
        module for name, module in torchvision.models.resnet18().named_children() if name not in ("maxpool", "fc")
    ]
    children[0] = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    case.save(
        {f"f.{name}": value for name, value in nn.Sequential(*children).state_dict().items()}
        | {"g.0.weight": torch.randn(128, 512)}
    )
    case.refused(r"3 × 3|torch\.export")


@variant(THEME, "swav")
def _(case: Case) -> None:
    # facebookresearch/swav, resnet50.py: projection_head and prototypes in the network.
    model = tiny_bottleneck(0)
    plain = copy.deepcopy(model)
    model.projection_head = nn.Sequential(nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 16))
    model.prototypes = nn.Linear(16, 30, bias=False)
    case.save(prefixed("module.", model.state_dict()), "swav_800ep_pretrain.pth.tar")
    case.right(pooled, network=plain, size=TINY, file="swav_800ep_pretrain.pth.tar")


def dino_head(width: int) -> nn.Module:
    # facebookresearch/dino, vision_transformer.py, DINOHead: the last layer is weight-normed.
    return Wrapped(
        mlp=nn.Sequential(nn.Linear(width, 64), nn.GELU(), nn.Linear(64, 32)),
        last_layer=torch.nn.utils.weight_norm(nn.Linear(32, 128, bias=False)),
    )


@variant(THEME, "dino-full")
def _(case: Case) -> None:
    student, teacher = other(of_timm("vit_tiny_patch16_224", 0)), of_timm("vit_tiny_patch16_224", 0)
    state = {
        role: prefixed("backbone.", model.state_dict()) | prefixed("head.", dino_head(192).state_dict())
        for role, model in (("student", student), ("teacher", teacher))
    }
    content = {
        "student": prefixed("module.", state["student"]),
        "teacher": state["teacher"],
        "optimizer": {},
        "epoch": 100,
        "dino_loss": {"center": torch.zeros(1, 128)},
    }
    import argparse

    case.save(content | {"args": argparse.Namespace(arch="vit_tiny", patch_size=16, out_dim=128)})
    case.right(teacher)


@variant(THEME, "dino-backbone")
def _(case: Case) -> None:
    # dino_deitsmall16_pretrain.pth: the teacher's backbone alone.
    model = of_timm("vit_tiny_patch16_224", 0)
    case.save(bare(model.state_dict()))
    case.right(model)


@variant(THEME, "dino-resnet")
def _(case: Case) -> None:
    import torchvision

    teacher = alive(torchvision.models.resnet50(), "dino")
    teacher.fc = nn.Identity()
    teacher_state = prefixed("backbone.", teacher.state_dict()) | prefixed("head.", dino_head(2048).state_dict())
    case.save({"student": prefixed("module.", teacher_state), "teacher": prefixed("module.", teacher_state)})
    case.right(teacher)


@variant(THEME, "dinov2-hub")
def _(case: Case) -> None:
    # facebookresearch/dinov2: blocks are under blocks, mask_token beside them, positions for 518 pixels.
    model = timm.create_model("vit_small_patch14_dinov2", num_classes=0)
    alive(model, "dinov2")
    case.save(bare(model.state_dict()) | {"mask_token": torch.zeros(1, 384)}, "dinov2_vits14_pretrain.pth")
    case.right(model, size=518, file="dinov2_vits14_pretrain.pth")


@variant(THEME, "mae-pretrained")
def _(case: Case) -> None:
    # facebookresearch/mae: an encoder, and a decoder beside it under names of its own.
    encoder = of_timm("vit_tiny_patch16_224", 0)
    decoder = {
        "mask_token": torch.zeros(1, 1, 64),
        "decoder_pos_embed": torch.zeros(1, 197, 64),
        "decoder_embed.weight": torch.randn(64, 192),
        "decoder_embed.bias": torch.zeros(64),
    }
    block = timm.models.vision_transformer.Block(64, 2, qkv_bias=True)
    decoder |= (
        prefixed("decoder_blocks.0.", block.state_dict())
        | prefixed("decoder_norm.", nn.LayerNorm(64).state_dict())
        | prefixed("decoder_pred.", nn.Linear(64, 768).state_dict())
    )
    case.save({"model": encoder.state_dict() | decoder})
    case.right(encoder)


@variant(THEME, "mae-finetuned")
def _(case: Case) -> None:
    # With global average pooling the last norm is fc_norm.
    model = of_timm("vit_tiny_patch16_224", 5, global_pool="avg", fc_norm=True)
    case.save({"model": model.state_dict(), "epoch": 50})
    case.refused(r"fc_norm[\s\S]*torch\.export|torch\.export[\s\S]*fc_norm")


@variant(THEME, "solo-learn")
def _(case: Case) -> None:
    # vturrisi/solo-learn: Lightning with backbone, classifier, projector.
    backbone = tiny(0)
    state = prefixed("backbone.", backbone.state_dict()) | prefixed("classifier.", nn.Linear(32, 5).state_dict())
    state |= prefixed("projector.", nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 16)).state_dict())
    model = Wrapped(backbone=backbone, classifier=nn.Linear(32, 5))
    model.load_state_dict({name: value for name, value in state.items() if not name.startswith("projector")})
    case.save({"state_dict": state, "pytorch-lightning_version": "1.6.4", "hyper_parameters": {"method": "simclr"}})
    case.right(model, size=TINY)


@variant(THEME, "linear-probe")
def _(case: Case) -> None:
    # A linear classifier without the backbone, as evaluation of MoCo and DINO saves it.
    case.save(
        {
            "epoch": 100,
            "state_dict": {"module.linear.weight": torch.randn(5, 192), "module.linear.bias": torch.zeros(5)},
            "best_acc": 77.0,
        }
    )
    case.refused(r"torch\.export|backbone")


@variant(THEME, "vissl")
def _(case: Case) -> None:
    # facebookresearch/vissl: classy_state_dict, base_model, model, trunk, under _feature_blocks.
    model = tiny_bottleneck(0)
    trunk = prefixed("_feature_blocks.", model.state_dict())
    heads = {"0.clf.0.weight": torch.randn(16, 128), "0.clf.0.bias": torch.zeros(16)}
    case.save(
        {
            "phase_idx": 1,
            "classy_state_dict": {"base_model": {"model": {"trunk": trunk, "heads": heads}}},
            "type": "checkpoint",
        }
    )
    case.right(pooled, network=model, size=TINY)


@variant(THEME, "open-clip-visual")
def _(case: Case) -> None:
    model = timm.create_model("vit_small_patch16_224", num_classes=0)
    case.save(
        {"visual.trunk." + name: value for name, value in model.state_dict().items()}
        | {"logit_scale": torch.tensor(1.0), "text.token_embedding.weight": torch.randn(99, 64)}
    )
    case.refused(r"--ignore|--prefix")


@variant(THEME, "open-clip-visual-chosen")
def _(case: Case) -> None:
    model = of_timm("vit_tiny_patch16_224", 0)
    case.save(
        {"visual.trunk." + name: value for name, value in model.state_dict().items()}
        | {"logit_scale": torch.tensor(1.0), "text.token_embedding.weight": torch.randn(99, 64)}
    )
    case.right(model, options=("--prefix", "visual.trunk"))
