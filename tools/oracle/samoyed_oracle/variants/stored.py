"""The same state dicts in other dtypes, layouts of memory and pickles."""

import io
import pickle
import zipfile

import torch
from safetensors.torch import save_file, save_model
from torch import nn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, bare, contiguous, of_timm, tiny

THEME = "stored"


@variant(THEME, "safetensors")
def _(case: Case) -> None:
    model = of_timm("mobilenetv3_small_050")
    save_file(contiguous(model.state_dict()), case.path("model.safetensors"))
    case.right(model, file="model.safetensors")


@variant(THEME, "safetensors-metadata")
def _(case: Case) -> None:
    model = tiny()
    save_file(contiguous(model.state_dict()), case.path("model.safetensors"), metadata={"format": "pt", "epoch": "3"})
    case.right(model, file="model.safetensors", size=TINY)


@variant(THEME, "safetensors-half")
def _(case: Case) -> None:
    model = tiny().half()
    save_file(contiguous(model.state_dict()), case.path("weights.safetensors"))
    case.right(model, file="weights.safetensors", size=TINY)


for dtype in (torch.float16, torch.bfloat16, torch.float64):
    word = str(dtype).removeprefix("torch.")

    @variant(THEME, word)
    def _(case: Case, dtype: torch.dtype = dtype) -> None:
        model = tiny().to(dtype)
        case.save({"state_dict": model.state_dict()})
        case.right(model.float(), size=TINY)


@variant(THEME, "mixed-dtypes")
def _(case: Case) -> None:
    # Half weights, float32 norms, as mixed precision leaves them.
    model = tiny().half()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.float()
    case.save(model.state_dict())
    case.right(model.float(), size=TINY)


@variant(THEME, "bfloat16-vit")
def _(case: Case) -> None:
    model = of_timm("vit_tiny_patch16_224").bfloat16()
    case.save(model.state_dict())
    case.right(model.float())


@variant(THEME, "float8")
def _(case: Case) -> None:
    model = tiny()
    state = bare(model.state_dict())
    state["layer1.0.conv1.weight"] = model.layer1[0].conv1.weight.detach().to(torch.float8_e4m3fn)
    with torch.no_grad():
        model.layer1[0].conv1.weight.copy_(state["layer1.0.conv1.weight"].float())
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "channels-last")
def _(case: Case) -> None:
    model = of_timm("resnet10t").to(memory_format=torch.channels_last)
    case.save(model.state_dict())
    case.right(model, size=176)


@variant(THEME, "transposed-views")
def _(case: Case) -> None:
    model = tiny()
    state = {
        name: value.t().contiguous().t() if value.ndim == 2 else value for name, value in model.state_dict().items()
    }
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "one-flat-buffer")
def _(case: Case) -> None:
    # Flattened parameters, as FSDP and apex keep them: every tensor is a view of one storage.
    model = tiny()
    state = bare(model.state_dict())
    floats = [name for name, value in state.items() if value.is_floating_point()]
    flat = torch.cat([state[name].flatten() for name in floats])
    offset = 0
    for name in floats:
        count = state[name].numel()
        state[name] = flat[offset : offset + count].view(state[name].shape)
        offset += count
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "tied-tensors")
def _(case: Case) -> None:
    model = tiny()
    model.layer1[0].bn2.weight = model.layer1[0].bn1.weight
    case.save(model.state_dict())
    case.right(model, size=TINY)


@variant(THEME, "tied-safetensors")
def _(case: Case) -> None:
    # save_model leaves one of two shared tensors out and says so in the metadata.
    model = tiny()
    model.layer1[0].bn2.weight = model.layer1[0].bn1.weight
    save_model(model, str(case.path("model.safetensors")))
    case.right(model, file="model.safetensors", size=TINY)


@variant(THEME, "expanded")
def _(case: Case) -> None:
    model = tiny()
    with torch.no_grad():
        model.bn1.weight.fill_(1.25)
    state = bare(model.state_dict())
    state["bn1.weight"] = torch.tensor([1.25]).expand(model.bn1.weight.shape)
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "parameters-not-tensors")
def _(case: Case) -> None:
    model = tiny()
    state = {
        name: nn.Parameter(value) if value.is_floating_point() else value for name, value in model.state_dict().items()
    }
    case.save(state)
    case.right(model, size=TINY)


@variant(THEME, "cuda-location")
def _(case: Case) -> None:
    # A storage's location is a string in the pickle; the bytes are the same.
    model = tiny()
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(case.path(), "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("data.pkl"):
                content = content.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            target.writestr(item, content)
    case.right(model, size=TINY)


@variant(THEME, "legacy-format")
def _(case: Case) -> None:
    model = tiny()
    case.save({"state_dict": model.state_dict()}, _use_new_zipfile_serialization=False)
    case.right(model, size=TINY)


@variant(THEME, "pickle-protocol-5")
def _(case: Case) -> None:
    model = tiny()
    case.save({"state_dict": model.state_dict(), "note": "é"}, pickle_protocol=5)
    case.right(model, size=TINY)


@variant(THEME, "plain-pickle")
def _(case: Case) -> None:
    model = tiny()
    case.path("model.pkl").write_bytes(pickle.dumps(model.state_dict()))
    case.right(model, size=TINY, file="model.pkl")


@variant(THEME, "numpy-pickle")
def _(case: Case) -> None:
    model = tiny()
    case.path("weights.pkl").write_bytes(
        pickle.dumps({name: value.numpy() for name, value in model.state_dict().items()})
    )
    case.right(model, size=TINY, file="weights.pkl")


@variant(THEME, "numpy-in-torch-save")
def _(case: Case) -> None:
    model = tiny()
    case.save({"params": {name: value.numpy() for name, value in model.state_dict().items()}})
    case.right(model, size=TINY)
