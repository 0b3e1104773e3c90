"""State dicts whose tensors are not, or not only, the weights that are computed with."""

import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, bare, of_torchvision, prefixed, tiny

THEME = "stored"


@variant(THEME, "without-counters")
def _(case: Case) -> None:
    # PyTorch before 0.4.1 had no num_batches_tracked.
    model = of_torchvision("resnet18", 10)
    case.save({name: value for name, value in model.state_dict().items() if "num_batches" not in name})
    case.right(model)


@variant(THEME, "float-counters")
def _(case: Case) -> None:
    # EMA of all buffers leaves counters that are floats.
    model = tiny()
    case.save({name: value.float() for name, value in model.state_dict().items()})
    case.right(model, size=TINY)


@variant(THEME, "counters-of-one-element")
def _(case: Case) -> None:
    model = tiny()
    case.save({name: value.reshape(1) if value.ndim == 0 else value for name, value in model.state_dict().items()})
    case.right(model, size=TINY)


@variant(THEME, "without-statistics")
def _(case: Case) -> None:
    case.save({name: parameter.detach() for name, parameter in tiny().named_parameters()})
    case.refused(r"running statistics[\s\S]*state_dict\(\)")


@variant(THEME, "one-tensor-missing")
def _(case: Case) -> None:
    state = bare(of_torchvision("resnet18", 10).state_dict())
    del state["layer3.1.conv2.weight"]
    case.save(state)
    case.refused(r"layer3\.1\.conv2\.weight")


@variant(THEME, "lists-of-numbers")
def _(case: Case) -> None:
    # Federated frameworks send weights as a list without names.
    case.save([value for value in tiny().state_dict().values()])
    case.refused(r"state_dict|names")


@variant(THEME, "dynamic-quantized")
def _(case: Case) -> None:
    model = torch.ao.quantization.quantize_dynamic(tiny(), {nn.Linear}, dtype=torch.qint8)
    case.save(model.state_dict())
    case.refused(r"quantized")


@variant(THEME, "quantized-weights")
def _(case: Case) -> None:
    state = bare(tiny().state_dict())
    for name, value in state.items():
        if value.ndim == 4:
            scale = value.abs().amax(dim=(1, 2, 3)) / 127
            state[name] = torch.quantize_per_channel(
                value, scale.double(), torch.zeros(len(scale), dtype=torch.int64), 0, torch.qint8
            )
    case.save(state)
    case.refused(r"quantized[\s\S]*dequantize")


@variant(THEME, "quantization-aware")
def _(case: Case) -> None:
    # torch.ao's observers beside the weights: it computes with rounded values.
    state = bare(tiny().state_dict())
    for name in [name for name in state if name.endswith("conv1.weight")]:
        path = name.removesuffix("weight")
        state |= {
            f"{path}weight_fake_quant.scale": torch.ones(1),
            f"{path}weight_fake_quant.zero_point": torch.zeros(1, dtype=torch.int32),
            f"{path}weight_fake_quant.fake_quant_enabled": torch.ones(1, dtype=torch.uint8),
        }
    case.save(state)
    case.refused(r"quanti[sz]")


@variant(THEME, "sparse-weight")
def _(case: Case) -> None:
    state = bare(tiny().state_dict())
    state["fc.weight"] = state["fc.weight"].to_sparse()
    case.save(state)
    case.refused(r"sparse[\s\S]*to_dense")


@variant(THEME, "pruned")
def _(case: Case) -> None:
    model = tiny()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            prune.l1_unstructured(module, "weight", 0.3)
    case.save({"state_dict": model.state_dict()})
    # The hooks compute the masked weights anew.
    model.eval()(torch.zeros(1, 3, TINY, TINY))
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            prune.remove(module, "weight")
    case.right(model, size=TINY)


@variant(THEME, "pruned-structured")
def _(case: Case) -> None:
    model = tiny()
    prune.ln_structured(model.layer2[0].conv1, "weight", 0.5, 2, 0)
    prune.random_unstructured(model.fc, "bias", 0.4)
    state = bare(model.state_dict())
    prune.remove(model.layer2[0].conv1, "weight")
    prune.remove(model.fc, "bias")
    case.save(prefixed("module.", state))
    case.right(model, size=TINY)


@variant(THEME, "weight-norm")
def _(case: Case) -> None:
    model = tiny()
    torch.nn.utils.weight_norm(model.fc)
    state = bare(model.state_dict())
    case.save(state)
    torch.nn.utils.remove_weight_norm(model.fc)
    case.right(model, size=TINY)


@variant(THEME, "weight-norm-parametrized")
def _(case: Case) -> None:
    model = tiny()
    parametrizations.weight_norm(model.fc)
    state = bare(model.state_dict())
    case.save(state)
    torch.nn.utils.parametrize.remove_parametrizations(model.fc, "weight")
    case.right(model, size=TINY)


@variant(THEME, "spectral-norm")
def _(case: Case) -> None:
    model = tiny()
    parametrizations.spectral_norm(model.fc)
    case.save(bare(model.state_dict()))
    case.refused(r"spectral[\s\S]*remove_parametrizations|parametri[sz]ed[\s\S]*remove_parametrizations")
