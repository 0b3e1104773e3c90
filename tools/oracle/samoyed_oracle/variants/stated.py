"""Files that say which network they are and what the classes are called."""

import argparse


from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, of_timm, prefixed, tiny

THEME = "stated"
CLASSES = ["ant", "bee", "cat", "dog", "elk"]


@variant(THEME, "arch-of-shared-tensors")
def _(case: Case) -> None:
    model = of_timm("resnetaa50", 3)
    case.save({"arch": "resnetaa50", "state_dict": model.state_dict()})
    case.right(model)


@variant(THEME, "args-of-shared-tensors")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save(
        {
            "args": argparse.Namespace(
                model="resnetblur18", num_classes=3, img_size=128, mean=[0.5] * 3, std=[0.2] * 3
            ),
            "state_dict": model.state_dict(),
        }
    )
    case.right(model, size=128)


@variant(THEME, "config-dictionary")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save({"config": {"model": "resnetblur18", "num_classes": 3}, "model": model.state_dict()})
    case.right(model)


@variant(THEME, "nested-configuration")
def _(case: Case) -> None:
    # A Hydra or YAML configuration has the name one level deeper.
    model = of_timm("resnetblur18", 3)
    case.save(
        {
            "config": {"model": {"name": "resnetblur18", "num_classes": 3}, "train": {"lr": 0.1}},
            "model": model.state_dict(),
        }
    )
    case.right(model)


@variant(THEME, "model-name-at-the-root")
def _(case: Case) -> None:
    model = of_timm("resnetblur18", 3)
    case.save({"model_name": "resnetblur18", "model_state_dict": model.state_dict()})
    case.right(model)


@variant(THEME, "arch-contradicts")
def _(case: Case) -> None:
    case.save({"arch": "resnet50", "state_dict": of_timm("resnet10t", 3).state_dict()})
    case.refused(r"arch")


@variant(THEME, "classes-contradict")
def _(case: Case) -> None:
    case.save(
        {
            "args": argparse.Namespace(model="resnet10t", num_classes=10),
            "state_dict": of_timm("resnet10t", 3).state_dict(),
        }
    )
    case.refused(r"num_classes is 10[\s\S]*3 classes")


@variant(THEME, "names-contradict")
def _(case: Case) -> None:
    case.save({"state_dict": tiny(3).state_dict(), "class_names": CLASSES})
    case.refused(r"5 names[\s\S]*--labels")


LABELS = {
    "class_names": CLASSES,
    "classes": CLASSES,
    "class_to_idx": {name: place for place, name in enumerate(CLASSES)},
    "idx_to_class": dict(enumerate(CLASSES)),
    "id2label": {str(place): name for place, name in enumerate(CLASSES)},
    "label_map": {name: place for place, name in enumerate(CLASSES)},
    "labels": CLASSES,
    "categories": CLASSES,
}

for key, value in LABELS.items():

    @variant(THEME, f"labels-{key}")
    def _(case: Case, key: str = key, value=value) -> None:
        model = tiny()
        case.save({"model_state_dict": model.state_dict(), key: value, "epoch": 4})
        case.right(model, size=TINY, labels=CLASSES)


@variant(THEME, "labels-in-meta")
def _(case: Case) -> None:
    model = tiny()
    case.save({"meta": {"CLASSES": CLASSES, "epoch": 3}, "state_dict": model.state_dict()})
    case.right(model, size=TINY, labels=CLASSES)


@variant(THEME, "labels-in-hyper-parameters")
def _(case: Case) -> None:
    model = tiny()
    case.save(
        {
            "hyper_parameters": {"class_to_idx": LABELS["class_to_idx"]},
            "state_dict": prefixed("model.", model.state_dict()),
        }
    )
    case.right(model, size=TINY, labels=CLASSES)
