"""State dicts in archives and folders, whole or in parts."""

import gzip
import io
import json
import tarfile
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from samoyed_oracle.variants.case import Case, variant
from samoyed_oracle.variants.networks import TINY, contiguous, of_timm, tiny

THEME = "stored"


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
    case.path("model.safetensors").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 46830571\n"
    )
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
