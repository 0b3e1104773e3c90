"""An exported program without what its reader does not need: stack traces, module paths, guards, weights."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import torch

_KEPT = ("opset_version", "range_constraints", "schema_version", "verifiers", "torch_version")


def export(model: torch.nn.Module, x: torch.Tensor) -> torch.export.ExportedProgram:
    """Exports with an open batch; `x` has a batch of two."""
    with torch.no_grad():
        return torch.export.export(model, (x,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))


def _without_metadata(value):
    if isinstance(value, dict):
        return {key: {} if key == "metadata" else _without_metadata(item) for key, item in value.items()}
    return [_without_metadata(item) for item in value] if isinstance(value, list) else value


def read_saved(program: torch.export.ExportedProgram) -> tuple[bytes, dict, dict]:
    """What torch.export.save writes: the program's JSON, stripped, and the configurations of weights and constants."""
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    with zipfile.ZipFile(buffer) as archive:
        entries = {name.split("/", 1)[1]: name for name in archive.namelist()}
        read = lambda name: json.loads(archive.read(entries[name]))  # noqa: E731
        top = read("models/model.json")
        weights = read("data/weights/model_weights_config.json")["config"]
        constants = read("data/constants/model_constants_config.json")["config"]
    module = top["graph_module"]
    root = [entry for entry in module["module_call_graph"] if entry["fqn"] == ""]
    stripped = {
        "graph_module": _without_metadata({**module, "module_call_graph": root, "metadata": {}}),
        **{key: top[key] for key in _KEPT},
    }
    return json.dumps(stripped, separators=(",", ":")).encode(), weights, constants


def write_gzip(path: Path, data: bytes) -> None:
    """The same bytes every time: no name, no date."""
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as out:
        out.write(data)
