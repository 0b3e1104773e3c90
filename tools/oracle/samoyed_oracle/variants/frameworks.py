"""Checkpoints that Lightning and fastai write."""

import argparse

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, of_timm, prefixed, tiny

THEME = "framework"


def lightning_checkpoint(case: Case, module, name: str = "last.ckpt") -> None:
    """What Lightning's own trainer saves after a step."""
    import lightning

    data = torch.utils.data.TensorDataset(torch.randn(4, 3, TINY, TINY), torch.tensor([0, 1, 2, 3]))
    options = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = lightning.Trainer(max_steps=1, accelerator="cpu", default_root_dir=case.folder, **options)
    trainer.fit(module, torch.utils.data.DataLoader(data, batch_size=4))
    trainer.save_checkpoint(case.path(name))


def lightning_module(model: nn.Module, attribute: str, **parts):
    import lightning

    class Classifier(lightning.LightningModule):
        def __init__(self, lr: float = 1e-3, model_name: str = "mynet", class_names: list | None = None, **extra):
            super().__init__()
            self.save_hyperparameters()
            setattr(self, attribute, model)
            for name, part in parts.items():
                setattr(self, name, part)

        def forward(self, x):
            return getattr(self, attribute)(x)

        def training_step(self, batch, index):
            return nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)

    return Classifier


for attribute in ["model", "net", "backbone", "encoder"]:

    @variant(THEME, f"lightning-{attribute}", "lightning")
    def _(case: Case, attribute: str = attribute) -> None:
        model = tiny()
        lightning_checkpoint(case, lightning_module(model, attribute)())
        case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-hyper-parameters", "lightning")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 4)
    names = ["ant", "bee", "cat", "dog"]
    lightning_checkpoint(case, lightning_module(model, "model")(model_name="resnetblur18", class_names=names))
    case.right(model.eval(), file="last.ckpt", labels=names)


@variant(THEME, "lightning-metrics-and-loss", "lightning", "torchmetrics")
def _(case: Case) -> None:
    import torchmetrics

    model = tiny()
    metric = torchmetrics.classification.MulticlassConfusionMatrix(5)
    metric.persistent(True)
    parts = {
        "criterion": nn.CrossEntropyLoss(weight=torch.ones(5)),
        "val_acc": torchmetrics.Accuracy("multiclass", num_classes=5),
        "confmat": metric,
    }
    lightning_checkpoint(case, lightning_module(model, "model", **parts)())
    case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-compiled", "lightning")
def _(case: Case) -> None:
    # lightning issue 20233: the module's attribute is an OptimizedModule.
    model = tiny()
    content = {
        "pytorch-lightning_version": "2.4.0",
        "state_dict": prefixed("model.", torch.compile(model).state_dict()),
        "hyper_parameters": {"lr": 0.1},
        "callbacks": {},
    }
    case.save(content, "epoch=3-step=40.ckpt")
    case.right(model, size=TINY, file="epoch=3-step=40.ckpt")


@variant(THEME, "lightning-namespace-and-omegaconf", "lightning", "omegaconf")
def _(case: Case) -> None:
    from omegaconf import OmegaConf

    model = tiny()
    config = OmegaConf.create({"model": {"name": "mynet", "width": 8}, "optimizer": {"lr": 0.1}})
    lightning_checkpoint(case, lightning_module(model, "model")(cfg=config, args=argparse.Namespace(seed=1)))
    case.right(model.eval(), size=TINY, file="last.ckpt")


@variant(THEME, "lightning-backbone-and-head", "lightning")
def _(case: Case) -> None:
    backbone, head = tiny(0), nn.Linear(32, 5)
    model = alive(Wrapped(backbone=backbone, head=head))
    case.save({"state_dict": prefixed("", model.state_dict()), "pytorch-lightning_version": "2.2.0", "epoch": 1})
    case.right(model, size=TINY)


@variant(THEME, "lightning-distributed-folder", "lightning")
def _(case: Case) -> None:
    import torch.distributed.checkpoint as dcp

    # FSDPStrategy(state_dict_type="sharded"): a folder with .metadata and meta.pt.
    dcp.save(
        {"state_dict": prefixed("model.", tiny().state_dict())},
        checkpoint_id=str(case.files / "epoch=0.ckpt"),
        no_dist=True,
    )
    torch.save({"epoch": 0, "pytorch-lightning_version": "2.2.0"}, case.files / "epoch=0.ckpt" / "meta.pt")
    case.refused(r"torch\.distributed\.checkpoint[\s\S]*dcp_to_torch_save", file="epoch=0.ckpt")


def fastai_learner(arch, **options):
    from fastai.vision.all import DataLoaders, accuracy, vision_learner

    data = [(torch.randn(3, TINY, TINY), index % 3) for index in range(8)]
    loaders = DataLoaders.from_dsets(data, data, bs=4)
    loaders.c = 3
    learner = vision_learner(
        loaders,
        arch,
        pretrained=False,
        n_out=3,
        normalize=False,
        loss_func=nn.CrossEntropyLoss(),
        metrics=accuracy,
        **options,
    )
    learner.model.eval()
    alive(learner.model)
    return learner


@variant(THEME, "fastai-save", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    learner.create_opt()
    from fastai.learner import save_model

    save_model(case.path("stage-1.pth"), learner.model, learner.opt)
    case.right(learner.model, file="stage-1.pth", listed=("head-activation",))


@variant(THEME, "fastai-save-without-optimizer", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet34)
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-no-concat-pool", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18, concat_pool=False)
    case.save({"model": learner.model.state_dict(), "opt": {}}, "model.pth")
    case.right(learner.model, file="model.pth")


@variant(THEME, "fastai-timm", "fastai")
def _(case: Case) -> None:
    learner = fastai_learner("resnet18")
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-timm-efficientnet", "fastai")
def _(case: Case) -> None:
    learner = fastai_learner("efficientnet_b0")
    case.save(learner.model.state_dict(), "model.pth")
    case.right(learner.model, file="model.pth", listed=("head-activation",))


@variant(THEME, "fastai-whole-model", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    case.save(learner.model, "model.pth")
    case.right(learner.model, file="model.pth")


@variant(THEME, "fastai-export", "fastai")
def _(case: Case) -> None:
    import torchvision

    learner = fastai_learner(torchvision.models.resnet18)
    learner.dls = None
    torch.save(learner, case.path("export.pkl"))
    case.right(learner.model, file="export.pkl")


@variant(THEME, "fastai-xresnet", "fastai")
def _(case: Case) -> None:
    from fastai.vision.all import xresnet18

    case.save(alive(xresnet18(n_out=3)).state_dict(), "model.pth")
    case.refused(r"torch\.export", file="model.pth")


@variant(THEME, "fastai-unet", "fastai")
def _(case: Case) -> None:
    import torchvision
    from fastai.vision.all import DynamicUnet, create_body

    body = create_body(torchvision.models.resnet18(), pretrained=False)
    case.save(DynamicUnet(body, 3, (TINY, TINY)).state_dict(), "model.pth")
    case.refused(r"torch\.export", file="model.pth")
