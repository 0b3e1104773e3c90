"""Writes the fixtures of packages/checkpoint: small files by real PyTorch and safetensors, and the values in them.

Each fixture `<name>.<suffix>` has a `<name>.json` next to it: the container, and per tensor the dtype, the shape and the
contiguous little-endian bytes in hex; `unsupported` for tensors that Samoyed lists but does not read. The values come from the
tensors in memory, and are compared with what PyTorch itself reads from the file, so a fixture that PyTorch reads
differently is never written.

    python fixtures_checkpoint.py [folder]
"""

import argparse
import collections
import datetime
import io
import pathlib
import sys
import warnings
import zipfile

import numpy
import torch

from samoyed_oracle.fixtures.checkpoint import record as fixtures
from samoyed_oracle.fixtures.checkpoint.containers import big_endian, safetensors_fixtures, sharded, tar
from samoyed_oracle.fixtures.checkpoint.objects import modules, numpy_state_dict, objects, plain_pickles
from samoyed_oracle.fixtures.checkpoint.record import (
    PLAIN_DTYPES,
    REPOSITORY,
    UNTYPED_DTYPES,
    describe,
    dtypes,
    flatten,
    kinds,
    record,
    save,
    values,
    verify,
)

torch.set_num_threads(1)
warnings.filterwarnings("ignore")


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.ReLU())
        self.head = torch.nn.Linear(3, 2)
        self.tied = self.head.weight
        self.register_buffer("scale", torch.tensor([2.0, 3.0]))
        # Strided in the file: a weight that was transposed.
        self.turned = torch.nn.Parameter(torch.arange(6.0).reshape(3, 2).t())

    def forward(self, image):
        pooled = self.body(image).mean((2, 3))
        return self.head(pooled) * self.scale + pooled @ self.turned.t() + torch.tensor([0.5, -0.5])


def network():
    torch.manual_seed(1)
    return Network().eval()


def zip_fixtures():
    table = kinds(with_unsupported=True)
    table.update(dtypes(PLAIN_DTYPES + UNTYPED_DTYPES))
    data, tensors = save(table), flatten(table)
    verify(data, tensors, "zip", weights_only=True)
    record("zip", "pth", data, "zip", tensors)

    for protocol in (3, 4, 5):
        small = {"weight": values("float32", (2, 2)), "step": torch.tensor(3), "names": {"a", "b"}, "raw": b"\x00\xff"}
        data, tensors = save(small, pickle_protocol=protocol), flatten(small)
        verify(data, tensors, f"protocol {protocol}", weights_only=False)
        record(f"zip-protocol-{protocol}", "pth", data, "zip", tensors)

    # Repacked by another tool: deflated, no extra fields, folders as entries of their own.
    large = {"zeros": torch.zeros(300, 100), "mixed": torch.arange(3000, dtype=torch.int32).reshape(30, 100).t(),
             "small": torch.tensor([1.0, 2.0])}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(save(large))) as original, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("archive/"), b"")
        for entry in original.namelist():
            packed.writestr(entry, original.read(entry))
    # Hex of zeros is long; only these are compared whole.
    tensors = flatten(large)
    verify(out.getvalue(), tensors, "deflated", weights_only=True)
    del tensors["zeros"]
    record("zip-deflated", "pth", out.getvalue(), "zip", tensors)


def training():
    """Adds what training scripts save in addition to the weights; PyTorch reads it only with weights_only=False."""
    weights = network().state_dict()
    # Hooks and versions that OrderedDict carries as attributes.
    assert hasattr(weights, "_metadata")
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    table = {
        "epoch": 3,
        "arch": "resnext50_32x4d",
        "state_dict": collections.OrderedDict((f"module.{key}", value) for key, value in weights.items()),
        "optimizer": optimizer.state_dict(),
        "args": argparse.Namespace(lr=0.1, data=pathlib.PurePosixPath("/data/imagenet"), workers=[1, 2]),
        "best": numpy.float64(0.75),
        "curve": numpy.arange(3, dtype=numpy.int32),
        "when": datetime.datetime(2019, 10, 1, 12, 30),
        "losses": collections.defaultdict(list, {"train": [1.0, 0.5]}),
        "seen": collections.Counter("aab"),
    }
    for name, options in (("zip-training", {}), ("legacy-training", {"_use_new_zipfile_serialization": False})):
        data, tensors = save(table, **options), flatten(table)
        verify(data, tensors, name, weights_only=False)
        record(name, "pth", data, name.split("-")[0], tensors, unwrapped=["state_dict", "module."])


def legacy():
    table = kinds(with_unsupported=True)
    table.update(dtypes(PLAIN_DTYPES))
    data, tensors = save(table, _use_new_zipfile_serialization=False), flatten(table)
    verify(data, tensors, "legacy", weights_only=True)
    record("legacy", "pth", data, "legacy", tensors)

    # PyTorch writes these and cannot read them again (2.13: UntypedStorage has no dtype there).
    table = dtypes(UNTYPED_DTYPES)
    data = save(table, _use_new_zipfile_serialization=False)
    record("legacy-untyped", "pth", data, "legacy", flatten(table))

    small = {"weight": values("float32", (2, 2)), "step": torch.tensor(3)}
    data = save(small, _use_new_zipfile_serialization=False, pickle_protocol=4)
    verify(data, flatten(small), "legacy protocol 4", weights_only=False)
    record("legacy-protocol-4", "pth", data, "legacy", flatten(small))

    # A module's class is kept with its source, whose path is this machine's.
    torch.serialization.get_source_lines_and_file = lambda _: (["class Linear(Module):\n"], 0, "linear.py")
    data = save({"module": torch.nn.Linear, "weight": torch.ones(1)}, _use_new_zipfile_serialization=False)
    verify(data, {"weight": torch.ones(1)}, "legacy class", weights_only=False)
    record("legacy-class", "pth", data, "legacy", {"weight": torch.ones(1)})


def torchscript():
    model = network()
    for name, module in (
        ("torchscript-traced", torch.jit.trace(model, torch.zeros(1, 2, 8, 8))),
        ("torchscript-scripted", torch.jit.script(model)),
    ):
        saved, out = io.BytesIO(), io.BytesIO()
        torch.jit.save(module, saved)
        # Without the debug entries, which hold the paths of this machine's sources.
        with zipfile.ZipFile(saved) as original, zipfile.ZipFile(out, "w") as packed:
            for entry in original.infolist():
                if not entry.filename.endswith(".debug_pkl"):
                    packed.writestr(entry.filename, original.read(entry), entry.compress_type)
        read = torch.jit.load(io.BytesIO(out.getvalue()))
        tensors = dict(read.state_dict(keep_vars=True))
        assert {key: describe(value) for key, value in tensors.items()} == {
            key: describe(value) for key, value in model.state_dict().items()}
        record(name, "pt", out.getvalue(), "torchscript", tensors, subset=True)


def program_of(module, *inputs):
    """An exported program, without the paths of this machine's sources."""
    program = torch.export.export(module, inputs)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    return program


def exported():
    model = network()
    program = program_of(model, torch.zeros(1, 2, 8, 8))
    out = io.BytesIO()
    torch.export.save(program, out)
    read = torch.export.load(io.BytesIO(out.getvalue()))
    tensors = {f"state_dict.{name}": tensor for name, tensor in model.state_dict().items()}
    assert {name: describe(tensor) for name, tensor in read.state_dict.items()} == {
        name.removeprefix("state_dict."): describe(tensor) for name, tensor in tensors.items()}
    record("export", "pt2", out.getvalue(), "pt2", tensors, subset=True, unwrapped=["state_dict"])

    # Several models in one archive.
    from torch.export.pt2_archive._package import package_pt2
    out = io.BytesIO()
    package_pt2(out, exported_programs={"first": program, "second": program_of(
        torch.nn.Linear(2, 1).eval().requires_grad_(False), torch.zeros(1, 2))})
    record("export-two", "pt2", out.getvalue(), "pt2", {f"first.{name}": tensor for name, tensor in tensors.items()},
           subset=True)

    # The layout until 2.7: a flat zip with archives of torch.save inside.
    from torch._export.serde.schema import SCHEMA_VERSION
    from torch._export.serde.serialize import serialize
    artifact = serialize(program)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as flat:
        flat.writestr("version", ".".join(map(str, SCHEMA_VERSION)))
        flat.writestr("serialized_exported_program.json", artifact.exported_program)
        flat.writestr("serialized_state_dict.pt", artifact.state_dict)
        flat.writestr("serialized_constants.pt", artifact.constants)
        flat.writestr("serialized_example_inputs.pt", artifact.example_inputs)
    read = torch.export.load(io.BytesIO(out.getvalue()))
    assert {name: describe(tensor) for name, tensor in read.state_dict.items()} == {
        name.removeprefix("state_dict."): describe(tensor) for name, tensor in tensors.items()}
    record("export-2.7", "pt2", out.getvalue(), "pt2", tensors, subset=True, unwrapped=["state_dict"])


def main():
    if len(sys.argv) > 1:
        fixtures.FOLDER = pathlib.Path(sys.argv[1])
    fixtures.FOLDER.mkdir(parents=True, exist_ok=True)
    zip_fixtures()
    big_endian()
    training()
    legacy()
    objects()
    numpy_state_dict()
    modules()
    plain_pickles()
    tar()
    torchscript()
    exported()
    safetensors_fixtures()
    sharded()
    for path in fixtures.FOLDER.iterdir():
        assert str(REPOSITORY).encode() not in path.read_bytes(), f"{path.name} holds a path of this machine"
    total = sum(path.stat().st_size for path in fixtures.FOLDER.iterdir())
    print(f"{total} bytes in all")


if __name__ == "__main__":
    main()
