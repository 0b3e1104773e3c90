"""Fine-tuned networks whose classifier somebody replaced."""

import torch
from torch import nn

from samoyed_oracle.variants.case import Case, alive, variant
from samoyed_oracle.variants.networks import TINY, Wrapped, bare, of_timm, of_torchvision, prefixed, tiny

THEME = "head"

HEADS = {
    "dropout-linear": lambda: nn.Sequential(nn.Dropout(0.2), nn.Linear(32, 5)),
    "mlp-relu": lambda: nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 5)),
    "mlp-three": lambda: nn.Sequential(nn.Linear(32, 24), nn.ReLU(), nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 5)),
    "mlp-norm": lambda: nn.Sequential(nn.Linear(32, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 5)),
    "mlp-norm-first": lambda: nn.Sequential(nn.BatchNorm1d(32), nn.Dropout(0.3), nn.Linear(32, 5)),
    "mlp-no-bias": lambda: nn.Sequential(
        nn.Linear(32, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 5, bias=False)
    ),
    "linear-no-bias": lambda: nn.Linear(32, 5, bias=False),
    "two-linears": lambda: nn.Sequential(nn.Linear(32, 16), nn.Linear(16, 5)),
}

for name, make in HEADS.items():

    @variant(THEME, name)
    def _(case: Case, make=make) -> None:
        model = tiny()
        model.fc = make()
        case.save(alive(model).state_dict())
        case.right(model, size=TINY)


for activation, module in {
    "tanh": nn.Tanh(),
    "silu": nn.SiLU(),
    "gelu": nn.GELU(),
    "leaky_relu": nn.LeakyReLU(),
}.items():

    @variant(THEME, f"mlp-{activation}-given")
    def _(case: Case, activation: str = activation, module: nn.Module = module) -> None:
        model = tiny()
        model.fc = nn.Sequential(nn.Linear(32, 16), module, nn.Linear(16, 5))
        case.save(alive(model).state_dict())
        case.right(model, size=TINY, options=("--assume", f"head-activation={activation}"), listed=("head-activation",))


@variant(THEME, "mlp-with-names")
def _(case: Case) -> None:
    from collections import OrderedDict

    model = tiny()
    layers = [("fc1", nn.Linear(32, 16)), ("relu", nn.ReLU()), ("dropout", nn.Dropout(0.1)), ("fc2", nn.Linear(16, 5))]
    model.fc = nn.Sequential(OrderedDict(layers))
    case.save(alive(model).state_dict())
    case.right(model, size=TINY, listed=("head-activation",))


class Net(nn.Module):
    """A backbone and a head, as a class of one's own has them."""

    def __init__(self, backbone: nn.Module, head: nn.Module, name: str = "fc"):
        super().__init__()
        self.backbone = backbone
        self.name = name
        self.add_module(name, head)

    def forward(self, x):
        return getattr(self, self.name)(self.backbone(x))


for name in ["fc", "head", "classifier", "linear", "out", "cls_head", "fc_out", "output_layer"]:

    @variant(THEME, f"beside-backbone-{name}")
    def _(case: Case, name: str = name) -> None:
        model = alive(Net(tiny(0), nn.Linear(32, 5), name))
        case.save({"model_state_dict": model.state_dict()})
        case.right(model, size=TINY)


@variant(THEME, "beside-backbone-mlp")
def _(case: Case) -> None:
    model = alive(
        Net(tiny(0), nn.Sequential(nn.Dropout(0.5), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 5)), "classifier")
    )
    case.save(model.state_dict())
    case.right(model, size=TINY)


@variant(THEME, "beside-backbone-norm-mlp")
def _(case: Case) -> None:
    model = alive(
        Net(
            tiny(0),
            nn.Sequential(nn.BatchNorm1d(32), nn.Linear(32, 16), nn.ReLU(), nn.BatchNorm1d(16), nn.Linear(16, 5)),
            "head",
        )
    )
    case.save(model.state_dict())
    case.right(model, size=TINY)


@variant(THEME, "sequential-features-and-head")
def _(case: Case) -> None:
    import timm

    model = alive(
        nn.Sequential(timm.create_model("mobilenetv3_small_050", num_classes=0), nn.Dropout(0.2), nn.Linear(1024, 5))
    )
    case.save(model.state_dict())
    case.right(model)


@variant(THEME, "two-tasks")
def _(case: Case) -> None:
    state = prefixed("backbone.", tiny(0).state_dict())
    state |= {
        "age.weight": torch.randn(1, 32),
        "age.bias": torch.zeros(1),
        "kind.weight": torch.randn(5, 32),
        "kind.bias": torch.zeros(5),
    }
    case.save(state)
    case.refused(r"(?:age|kind)[\s\S]*--ignore")


@variant(THEME, "two-tasks-chosen")
def _(case: Case) -> None:
    model = alive(Net(tiny(0), nn.Linear(32, 5), "kind"))
    case.save(bare(model.state_dict()) | {"age.weight": torch.randn(1, 32), "age.bias": torch.zeros(1)})
    case.right(model, size=TINY, options=("--ignore", "age.*"))


@variant(THEME, "arcface")
def _(case: Case) -> None:
    # The weight is normalized, and so are the features: no Linear layer computes that.
    case.save({"state_dict": prefixed("backbone.", tiny(0).state_dict()) | {"metric_fc.weight": torch.randn(5, 32)}})
    case.refused(r"metric_fc[\s\S]*(?:--ignore|torch\.export)")


@variant(THEME, "one-logit")
def _(case: Case) -> None:
    model = tiny(1)
    case.save(model.state_dict())
    case.right(model, size=TINY)


TORCHVISION = {
    "mobilenet_v3_small": lambda m: setattr(m.classifier, "3", nn.Linear(1024, 5)),
    "mobilenet_v2": lambda m: setattr(m.classifier, "1", nn.Linear(1280, 5)),
    "efficientnet_b0": lambda m: setattr(m.classifier, "1", nn.Linear(1280, 5)),
    "densenet121": lambda m: setattr(m, "classifier", nn.Linear(1024, 5)),
    "regnet_y_400mf": lambda m: setattr(m, "fc", nn.Linear(440, 5)),
    "resnext50_32x4d": lambda m: setattr(m, "fc", nn.Linear(2048, 5)),
}

for name, change in TORCHVISION.items():

    @variant(THEME, f"torchvision-{name}")
    def _(case: Case, name: str = name, change=change) -> None:
        model = of_torchvision(name, 10)
        change(model)
        case.save({"model_state_dict": alive(model).state_dict()})
        case.right(model)


MLPS = {
    "mobilenet_v2": lambda m: setattr(
        m, "classifier", nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 64), nn.ReLU(), nn.Linear(64, 5))
    ),
    "efficientnet_b0": lambda m: setattr(
        m, "classifier", nn.Sequential(nn.Linear(1280, 64), nn.ReLU(), nn.Dropout(0.4), nn.Linear(64, 5))
    ),
    "densenet121": lambda m: setattr(m, "classifier", nn.Sequential(nn.Linear(1024, 64), nn.ReLU(), nn.Linear(64, 5))),
    "vit_b_16": lambda m: setattr(m, "heads", nn.Sequential(nn.Linear(768, 64), nn.Tanh(), nn.Linear(64, 5))),
}

for name, change in MLPS.items():

    @variant(THEME, f"torchvision-{name}-mlp")
    def _(case: Case, name: str = name, change=change) -> None:
        model = of_torchvision(name, 10)
        change(model)
        case.save(alive(model).state_dict())
        options = ("--assume", "head-activation=tanh") if name == "vit_b_16" else ()
        case.right(model, options=options, listed=("head-activation",))


@variant(THEME, "torchvision-mobilenet_v3-two-layers-replaced")
def _(case: Case) -> None:
    # timm has the first of them before the features.
    model = of_torchvision("mobilenet_v3_small", 10)
    model.classifier = nn.Sequential(nn.Linear(576, 128), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(128, 5))
    case.save(alive(model).state_dict())
    case.refused(r"torch\.export")


TIMM = {
    "vit_tiny_patch16_224": ("head", 192),
    "convnext_atto": ("head.fc", 320),
    "efficientnet_b0": ("classifier", 1280),
    "regnety_002": ("head.fc", 368),
    "mobilenetv3_small_050": ("classifier", 1024),
}

for name, (path, width) in TIMM.items():

    @variant(THEME, f"timm-{name}-mlp")
    def _(case: Case, name: str = name, path: str = path, width: int = width) -> None:
        model = of_timm(name)
        owner = model.get_submodule(path.rpartition(".")[0])
        setattr(owner, path.rpartition(".")[2], nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Linear(64, 5)))
        case.save(alive(model).state_dict())
        case.right(model, listed=("head-activation",))


@variant(THEME, "multilabel-sigmoid-whole-module")
def _(case: Case) -> None:
    # The last module is a Sigmoid: without it, the numbers are not this network's.
    model = tiny()
    model.fc = nn.Sequential(nn.Linear(32, 5), nn.Sigmoid())
    case.save(alive(model))
    case.refused(r"Sigmoid")


@variant(THEME, "softmax-whole-module")
def _(case: Case) -> None:
    case.save(alive(Wrapped(backbone=tiny(), softmax=nn.Softmax(1))))
    case.refused(r"Softmax")
