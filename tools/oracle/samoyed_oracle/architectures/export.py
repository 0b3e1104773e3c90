"""Exports one network that timm registers: its program, its state dict and what timm says of it."""

import timm
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from samoyed_oracle.architectures.program import Outputs, Taps, Unfit, export
from samoyed_oracle.architectures.without_weights import create, create_without_classifier, share_tensors

# Modules whose networks Samoyed converts for one size only: csatv2 pools an image to several places.
_FIXED = {"csatv2"}
# Where features come from, where not from the classifier's input.
WITHOUT = "without classifier"
_CONFIG = ("input_size", "min_input_size", "fixed_input_size", "pool_size", "num_classes", "classifier", "first_conv")


def _module(name: str) -> str:
    return timm.models._registry._model_to_module[name]


def _may_open(name: str, model: torch.nn.Module) -> bool:
    return not (model.default_cfg.get("fixed_input_size") or _module(name) in _FIXED)


def _output_shape(model: torch.nn.Module, size: tuple[int, ...]) -> list[int]:
    with torch.no_grad(), FakeTensorMode(allow_non_fake_inputs=True):
        return list(model(torch.empty(2, *size)).shape)


def _state(model: torch.nn.Module) -> dict[str, list[int]]:
    return {name: list(value.shape) for name, value in model.state_dict().items()}


def _changed_axes(before: dict[str, list[int]], after: dict[str, list[int]]) -> list:
    """The tensors of which one axis has another size, and which axis."""
    changed = []
    for name in before.keys() & after.keys():
        axes = [axis for axis, (a, b) in enumerate(zip(before[name], after[name], strict=True)) if a != b]
        if len(axes) > 1:
            raise Unfit(f"{name} changes in {len(axes)} axes")
        changed += [[name, axis] for axis in axes]
    return sorted(changed)


def _channel_axes(name: str, state: dict[str, list[int]]) -> list:
    """The tensors that depend on the number of input channels; none where timm does not let it be chosen."""
    try:
        return _changed_axes(state, _state(create(name, in_chans=6)))
    except (TypeError, RuntimeError, AssertionError, ValueError):
        return []


def _with_bare(name: str, model: torch.nn.Module) -> Outputs:
    """The network beside one without a classifier, which shares its weights."""
    bare = create_without_classifier(name)
    share_tensors(bare, model)
    return Outputs(model, None, bare)


def _outputs(name: str, model: torch.nn.Module, absent: list[str]) -> tuple[Outputs, str]:
    """The network with its features, and where they come from. `absent` is what one without a classifier lacks."""
    config = model.default_cfg
    classifier = config.get("classifier")
    if not config.get("num_classes") or not classifier:
        return Outputs(model, None, None), "none"
    if isinstance(classifier, str):
        module = dict(model.named_modules()).get(classifier)
        # Where more than the classifier is left out, its input is not what is left.
        alone = all(tensor.startswith(f"{classifier}.") for tensor in absent)
        if alone and isinstance(module, (torch.nn.Linear, torch.nn.Conv2d)):
            return Outputs(model, classifier, None), "classifier input"
    return _with_bare(name, model), WITHOUT


def _features_shape(program: dict) -> list | None:
    """The shape of the second output, open sizes as None."""
    graph = program["graph_module"]["graph"]
    if len(graph["outputs"]) < 2:
        return None
    sizes = graph["tensor_values"][graph["outputs"][1]["as_tensor"]["name"]]["sizes"]
    return [size.get("as_int") for size in sizes]


def export_network(name: str, *, may_open: bool) -> dict:
    model = create(name)
    config = model.default_cfg
    size = tuple(config["input_size"])
    may_open = may_open and _may_open(name, model)
    state = [[key, str(value.dtype).removeprefix("torch."), list(value.shape)] for key, value in model.state_dict().items()]
    shapes = _state(model)
    without = create_without_classifier(name)
    absent = sorted(shapes.keys() - _state(without).keys())
    outputs, features = _outputs(name, model, absent)
    try:
        exported = export(outputs, size, open_image=may_open)
    except Unfit:
        features = WITHOUT
        exported = export(_with_bare(name, model), size, open_image=may_open)
    if features == "classifier input":
        expected = _output_shape(without, size)
        found = _features_shape(exported["program"])
        if found is None or found[1:] != expected[1:]:
            features = WITHOUT
            exported = export(_with_bare(name, model), size, open_image=may_open)
    return {
        "name": name,
        "module": _module(name),
        "versions": {"timm": timm.__version__, "torch": torch.__version__},
        "config": {key: config[key] for key in _CONFIG if config.get(key) is not None},
        "parameters": sum(value.numel() for value in model.parameters()),
        "state": state,
        "classes": _changed_axes(shapes, _state(create(name, num_classes=7))),
        "absentWithoutClasses": absent,
        "channels": _channel_axes(name, shapes),
        "features": features,
        **exported,
    }


def export_taps(name: str, *, may_open: bool) -> dict:
    """The program of the feature maps of timm's `features_only`, with its default stages."""
    model = create(name)
    config = model.default_cfg
    features = create(name, features_only=True)
    info = [
        {"module": module, "reduction": reduction, "channels": channels}
        for module, reduction, channels in zip(
            features.feature_info.module_name(),
            features.feature_info.reduction(),
            features.feature_info.channels(),
            strict=True,
        )
    ]
    may_open = may_open and _may_open(name, model)
    return {"name": name, "taps": info, **export(Taps(model, features), tuple(config["input_size"]), open_image=may_open)}
