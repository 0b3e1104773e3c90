"""The same state dicts in other containers, dtypes and layouts of memory."""

import gzip
import io
import json
import pickle
import tarfile
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file, save_model
from torch import nn
from torch.nn.utils import parametrizations, prune

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, bare, of_timm, of_torchvision, prefixed, tiny

THEME = "stored"


def contiguous(state: dict) -> dict:
    return {name: value.contiguous() for name, value in state.items()}


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
    state = {name: value.t().contiguous().t() if value.ndim == 2 else value for name, value in model.state_dict().items()}
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
    state = {name: nn.Parameter(value) if value.is_floating_point() else value for name, value in model.state_dict().items()}
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
    case.path("weights.pkl").write_bytes(pickle.dumps({name: value.numpy() for name, value in model.state_dict().items()}))
    case.right(model, size=TINY, file="weights.pkl")


@variant(THEME, "numpy-in-torch-save")
def _(case: Case) -> None:
    model = tiny()
    case.save({"params": {name: value.numpy() for name, value in model.state_dict().items()}})
    case.right(model, size=TINY)


@variant(THEME, "numpy-npz")
def _(case: Case) -> None:
    np.savez(case.path("weights.npz"), **{name: value.numpy() for name, value in tiny().state_dict().items()})
    case.refused(r"\.npz[\s\S]*torch\.save", file="weights.npz")


@variant(THEME, "joblib", "joblib")
def _(case: Case) -> None:
    import joblib

    joblib.dump({name: value.numpy() for name, value in tiny().state_dict().items()}, case.path("model.joblib"))
    case.refused(r"joblib[\s\S]*torch\.save", file="model.joblib")


@variant(THEME, "joblib-compressed", "joblib")
def _(case: Case) -> None:
    import joblib

    joblib.dump(tiny().state_dict(), case.path("model.joblib"), compress=3)
    case.refused(r"joblib[\s\S]*torch\.save", file="model.joblib")


@variant(THEME, "cloudpickle-of-a-class", "cloudpickle")
def _(case: Case) -> None:
    import cloudpickle

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = tiny()

        def forward(self, x):
            return self.backbone(x)

    model = Net().eval()
    case.path("model.pkl").write_bytes(cloudpickle.dumps(model))
    case.right(model, size=TINY, file="model.pkl", listed=("forward of",))


@variant(THEME, "gzip")
def _(case: Case) -> None:
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    case.path("model.pth.gz").write_bytes(gzip.compress(buffer.getvalue()))
    case.refused(r"gzip[\s\S]*gunzip", file="model.pth.gz")


@variant(THEME, "tar-gz")
def _(case: Case) -> None:
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    with tarfile.open(case.path("model.tar.gz"), "w:gz") as archive:
        item = tarfile.TarInfo("model.pth")
        item.size = buffer.tell()
        buffer.seek(0)
        archive.addfile(item, buffer)
    case.refused(r"gzip[\s\S]*gunzip", file="model.tar.gz")


@variant(THEME, "tar-of-a-checkpoint")
def _(case: Case) -> None:
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    with tarfile.open(case.path("model.tar"), "w") as archive:
        item = tarfile.TarInfo("model.pth")
        item.size = buffer.tell()
        buffer.seek(0)
        archive.addfile(item, buffer)
    case.refused(r"model\.pth[\s\S]*[Uu]npack|[Uu]npack[\s\S]*model\.pth", file="model.tar")


@variant(THEME, "zip-of-a-checkpoint")
def _(case: Case) -> None:
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    with zipfile.ZipFile(case.path("model.zip"), "w") as archive:
        archive.writestr("run1/best.pth", buffer.getvalue())
        archive.writestr("run1/log.txt", "done")
    case.refused(r"best\.pth[\s\S]*Unpack", file="model.zip")


@variant(THEME, "zip-repacked")
def _(case: Case) -> None:
    # A zip that somebody unpacked and packed again, with compression.
    model = tiny()
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(case.path(), "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            target.writestr(item.filename, source.read(item))
    case.right(model, size=TINY)


@variant(THEME, "unpacked-folder")
def _(case: Case) -> None:
    # Some browsers unpack every zip: what is left is a folder with data.pkl.
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    with zipfile.ZipFile(buffer) as source:
        source.extractall(case.path("model").parent)
    root = next(path.name for path in case.files.iterdir() if path.is_dir())
    case.refused(r"data\.pkl[\s\S]*zip", file=root)


@variant(THEME, "truncated")
def _(case: Case) -> None:
    buffer = io.BytesIO()
    torch.save(tiny().state_dict(), buffer)
    case.path().write_bytes(buffer.getvalue()[: buffer.tell() // 2])
    case.refused(r"(?:truncated|cut|whole|incomplete|download)")


@variant(THEME, "git-lfs-pointer")
def _(case: Case) -> None:
    case.path("model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 46830571\n")
    case.refused(r"git lfs", file="model.safetensors")


@variant(THEME, "web-page")
def _(case: Case) -> None:
    case.path().write_text("<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head></html>")
    case.refused(r"web page")


@variant(THEME, "sharded-safetensors")
def _(case: Case) -> None:
    model = of_timm("test_vit3")
    state = contiguous(model.state_dict())
    names = list(state)
    parts = [names[: len(names) // 2], names[len(names) // 2 :]]
    weight_map = {}
    for number, part in enumerate(parts, 1):
        file = f"model-{number:05d}-of-00002.safetensors"
        save_file({name: state[name] for name in part}, case.path(file), metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 1}, "weight_map": weight_map}
    case.path("model.safetensors.index.json").write_text(json.dumps(index))
    case.right(model, size=160, file="")


@variant(THEME, "sharded-bin")
def _(case: Case) -> None:
    model = tiny()
    state = model.state_dict()
    weight_map = {name: f"pytorch_model-0000{1 + place % 2}-of-00002.bin" for place, name in enumerate(state)}
    for file in set(weight_map.values()):
        torch.save({name: value for name, value in state.items() if weight_map[name] == file}, case.path(file))
    case.path("pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    case.right(model, size=TINY, file="pytorch_model.bin.index.json")


@variant(THEME, "one-shard")
def _(case: Case) -> None:
    state = contiguous(tiny().state_dict())
    half = dict(list(state.items())[:30])
    save_file(half, case.path("model-00001-of-00002.safetensors"))
    case.refused(r"shard 1 of 2[\s\S]*index", file="model-00001-of-00002.safetensors")


@variant(THEME, "shards-without-index")
def _(case: Case) -> None:
    state = contiguous(tiny().state_dict())
    names = list(state)
    save_file({name: state[name] for name in names[:30]}, case.path("model-00001-of-00002.safetensors"))
    save_file({name: state[name] for name in names[30:]}, case.path("model-00002-of-00002.safetensors"))
    case.refused(r"shard[\s\S]*model\.safetensors\.index\.json", file="")


@variant(THEME, "distributed-checkpoint")
def _(case: Case) -> None:
    import torch.distributed.checkpoint as dcp

    dcp.save({"model": tiny().state_dict()}, checkpoint_id=str(case.files / "step-100"), no_dist=True)
    case.refused(r"torch\.distributed\.checkpoint[\s\S]*dcp_to_torch_save", file="step-100")


@variant(THEME, "distributed-part")
def _(case: Case) -> None:
    import torch.distributed.checkpoint as dcp

    dcp.save({"model": tiny().state_dict()}, checkpoint_id=str(case.files), no_dist=True)
    case.refused(r"dcp_to_torch_save", file="__0_0.distcp")


@variant(THEME, "distributed-metadata")
def _(case: Case) -> None:
    import torch.distributed.checkpoint as dcp

    dcp.save({"model": tiny().state_dict()}, checkpoint_id=str(case.files), no_dist=True)
    case.refused(r"dcp_to_torch_save", file=".metadata")


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
            state[name] = torch.quantize_per_channel(value, scale.double(), torch.zeros(len(scale), dtype=torch.int64), 0, torch.qint8)
    case.save(state)
    case.refused(r"quantized[\s\S]*dequantize")


@variant(THEME, "quantization-aware")
def _(case: Case) -> None:
    # torch.ao's observers beside the weights: it computes with rounded values.
    state = bare(tiny().state_dict())
    for name in [name for name in state if name.endswith("conv1.weight")]:
        path = name.removesuffix("weight")
        state |= {f"{path}weight_fake_quant.scale": torch.ones(1), f"{path}weight_fake_quant.zero_point": torch.zeros(1, dtype=torch.int32), f"{path}weight_fake_quant.fake_quant_enabled": torch.ones(1, dtype=torch.uint8)}
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
