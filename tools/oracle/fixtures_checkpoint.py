"""Writes the fixtures of packages/checkpoint: small files by real PyTorch and safetensors, and the values in them.

Each fixture `<name>.<suffix>` has a `<name>.json` next to it: the container, and per tensor the dtype, the shape and the
contiguous little-endian bytes in hex; `unsupported` for tensors that Samoyed lists but does not read. The values come from the
tensors in memory, and are compared with what PyTorch itself reads from the file, so a fixture that PyTorch reads
differently is never written.

    python fixtures_checkpoint.py [folder]

Long, because it is a list: one short function per container and kind of tensor.
"""

import argparse
import collections
import datetime
import io
import json
import pathlib
import pickle
import struct
import sys
import tarfile
import warnings
import zipfile

import numpy
import safetensors.torch
import torch

torch.set_num_threads(1)
warnings.filterwarnings("ignore")

UNSUPPORTED = "unsupported"
REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "packages" / "checkpoint" / "fixtures"

# In Samoyed's names, which are PyTorch's.
PLAIN_DTYPES = [
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
    "complex128", "complex64",
]
# Without a storage class of their own: _rebuild_tensor_v3.
UNTYPED_DTYPES = ["float8_e4m3fn", "float8_e5m2", "uint64", "uint32", "uint16", "complex32"]


def contiguous_bytes(tensor):
    """The elements in row-major order, little-endian."""
    plain = torch.resolve_neg(torch.resolve_conj(tensor.detach())).contiguous()
    return plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() else b""


def describe(tensor):
    if tensor.is_quantized or tensor.layout != torch.strided:
        return UNSUPPORTED
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "hex": contiguous_bytes(tensor).hex(),
    }


def flatten(value, path="", seen=None):
    """Tensors by dotted path, each container once, as Samoyed lists them."""
    seen = set() if seen is None else seen
    if isinstance(value, torch.Tensor):
        return {path: value}
    if isinstance(value, (dict, list, tuple)):
        if id(value) in seen:
            return {}
        seen.add(id(value))
        found = {}
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            found.update(flatten(item, f"{path}.{key}" if path else str(key), seen))
        return found
    return {}


def record(name, suffix, data, container, tensors, **more):
    """Writes a fixture and its expected contents."""
    (FOLDER / f"{name}.{suffix}").write_bytes(data)
    expected = {"file": f"{name}.{suffix}", "container": container, **more}
    expected["tensors"] = {path: describe(tensor) for path, tensor in tensors.items()}
    (FOLDER / f"{name}.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
    print(f"{name}.{suffix}: {len(data)} bytes, {len(tensors)} tensors")


def verify(data, tensors, name, **options):
    """Checks that PyTorch reads the same elements from the bytes."""
    read = flatten(torch.load(io.BytesIO(data), **options))
    assert list(read) == list(tensors), (name, list(read), list(tensors))
    for path, tensor in tensors.items():
        assert describe(read[path]) == describe(tensor), (name, path)


def save(value, **options):
    out = io.BytesIO()
    torch.save(value, out, **options)
    return out.getvalue()


def values(dtype, shape):
    """Elements of a dtype, small and all different where that is possible."""
    count = int(numpy.prod(shape))
    if dtype == "bool":
        return (torch.arange(count) % 3 == 0).reshape(shape)
    kind = getattr(torch, dtype)
    if kind.is_complex:
        flat = torch.complex(torch.arange(count, dtype=torch.float64) - 2.5, torch.arange(count, dtype=torch.float64) * -3)
        return flat.to(kind).reshape(shape)
    if kind.is_floating_point:
        return (torch.arange(count, dtype=torch.float64) * 1.25 - 2.5).to(kind).reshape(shape)
    return (torch.arange(count) * 7 + 1).to(kind).reshape(shape)


def dtypes(names):
    return {f"dtype.{name}": values(name, (2, 3)) for name in names}


def kinds(with_unsupported):
    """Makes tensors with every layout in their storage."""
    base = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5)
    shared = torch.arange(12, dtype=torch.float32)
    complex_base = values("complex64", (2, 3))
    table = collections.OrderedDict()
    table["contiguous"] = base
    table["transposed"] = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5).permute(2, 0, 1)
    table["every second"] = torch.arange(20, dtype=torch.int64)[1::2]
    table["channels_last"] = torch.arange(48, dtype=torch.float16).reshape(2, 3, 2, 4).to(memory_format=torch.channels_last)
    table["shared.whole"] = shared
    table["shared.tail"] = shared[8:]
    table["shared.matrix"] = shared[2:8].reshape(2, 3)
    table["shared.same"] = shared
    table["expanded"] = torch.tensor([[1.5], [2.5]]).expand(2, 4)
    table["expanded scalar"] = torch.tensor(7, dtype=torch.int32).expand(2, 3)
    table["overlapping"] = torch.arange(8, dtype=torch.float64).unfold(0, 3, 1)
    table["zero-dimensional"] = torch.tensor(2.75)
    table["empty"] = torch.empty(0)
    table["empty matrix"] = torch.empty(3, 0, 2, dtype=torch.int64)
    table["one axis of one"] = torch.arange(10, dtype=torch.uint8)[::3].reshape(1, 4, 1)
    table["parameter"] = torch.nn.Parameter(torch.tensor([1.0, -0.0, float("inf"), float("nan")]))
    table["strided complex"] = values("complex128", (3, 2)).t()
    table["conjugated"] = complex_base.conj()
    table["negated"] = values("complex64", (2, 3)).conj().imag
    table["nested"] = {"list": [torch.tensor([1]), (torch.tensor([2]), {"deep": torch.tensor([3])})], 7: torch.tensor([4])}
    if with_unsupported:
        table["quantized"] = torch.quantize_per_tensor(torch.tensor([0.5, 1.0]), 0.1, 3, torch.quint8)
        table["quantized per channel"] = torch.quantize_per_channel(
            torch.ones(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.qint8)
        table["sparse"] = torch.eye(3).to_sparse()
        table["sparse rows"] = torch.eye(3).to_sparse_csr()
    table["epoch"] = 90
    table["learning rate"] = 0.1
    table["large"] = 2**70
    table["negative"] = -(2**40)
    table["none"] = None
    table["flags"] = (True, False)
    table["size"] = torch.Size([1, 2])
    table["device"] = torch.device("cuda", 1)
    table["dtype"] = torch.bfloat16
    table["text"] = "größe 重み \U0001f415"
    return table


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


def big_endian():
    """Makes the file of torch.save on a big-endian machine: each storage is swapped, and `byteorder` says so."""
    table = dtypes(PLAIN_DTYPES)
    table["strided"] = torch.arange(12, dtype=torch.int16).reshape(3, 4).t()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(save(table))) as original, zipfile.ZipFile(out, "w") as packed:
        for entry in original.namelist():
            data = original.read(entry)
            if entry == "archive/byteorder":
                data = b"big"
            elif entry.startswith("archive/data/"):
                tensor = list(table.values())[int(entry.removeprefix("archive/data/"))]
                width = tensor.element_size() // (2 if tensor.is_complex() else 1)
                data = b"".join(data[at:at + width][::-1] for at in range(0, len(data), width))
            packed.writestr(entry, data)
    verify(out.getvalue(), flatten(table), "big-endian", weights_only=True)
    record("zip-big-endian", "pth", out.getvalue(), "zip", flatten(table))


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

    # A whole module: its class is kept with its source, and creating it would execute code. The source's path is this
    # machine's.
    torch.serialization.get_source_lines_and_file = lambda _: (["class Linear(Module):\n"], 0, "linear.py")
    data = save({"module": torch.nn.Linear(1, 1)}, _use_new_zipfile_serialization=False)
    (FOLDER / "legacy-module.pth").write_bytes(data)
    data = save({"module": torch.nn.Linear, "weight": torch.ones(1)}, _use_new_zipfile_serialization=False)
    verify(data, {"weight": torch.ones(1)}, "legacy class", weights_only=False)
    record("legacy-class", "pth", data, "legacy", {"weight": torch.ones(1)})


class TarStorage:
    """A number in the pickle that refers to a storage or a tensor."""

    def __init__(self, key):
        self.key = key


def tar():
    """The layout of PyTorch before 0.1.10, assembled by hand and read by PyTorch's own loader."""
    storages, tensors = io.BytesIO(), io.BytesIO()
    base = torch.arange(12, dtype=torch.float32)
    steps = torch.tensor([5, 6, 7], dtype=torch.int64)
    pickle.dump(2, storages, protocol=2)
    for key, tensor, kind in ((100, base, torch.FloatStorage), (200, steps, torch.LongStorage)):
        pickle.dump((key, "cpu", kind), storages, protocol=2)
        storages.write(struct.pack("<q", tensor.numel()) + contiguous_bytes(tensor))
    # A view of elements 4 to 10 of the first storage.
    pickle.dump([(300, 100, 4, 6)], storages, protocol=2)

    layouts = [
        (1, 100, "FloatTensor", base.reshape(3, 4), (3, 4), (4, 1), 0),
        (2, 100, "FloatTensor", base.reshape(3, 4).t(), (4, 3), (1, 4), 0),
        (3, 300, "FloatTensor", base[5:10:2], (3,), (2,), 1),
        (4, 200, "LongTensor", steps[1:], (2,), (1,), 1),
    ]
    pickle.dump(len(layouts), tensors, protocol=2)
    for key, storage, kind, _, sizes, strides, offset in layouts:
        pickle.dump((key, storage, getattr(torch, kind)), tensors, protocol=2)
        tensors.write(struct.pack("<i", len(sizes)) + b"\0\0\0\0")
        tensors.write(struct.pack(f"<{2 * len(sizes) + 1}q", *sizes, *strides, offset))

    class Pickler(pickle.Pickler):
        def persistent_id(self, value):
            return value.key if isinstance(value, TarStorage) else None

    out = io.BytesIO()
    names = ["weight", "transposed", "view", "steps"]
    table = collections.OrderedDict((name, TarStorage(layout[0])) for name, layout in zip(names, layouts, strict=True))
    Pickler(out, protocol=2).dump(table)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:", format=tarfile.PAX_FORMAT) as members:
        for name, data in (("storages", storages), ("tensors", tensors), ("pickle", out)):
            info = tarfile.TarInfo(name)
            info.size = len(data.getvalue())
            members.addfile(info, io.BytesIO(data.getvalue()))
    path = FOLDER / "tar.pth"
    path.write_bytes(archive.getvalue())
    expected = {name: layout[3] for name, layout in zip(names, layouts, strict=True)}
    # Only from a real file: the loader asks for its descriptor.
    read = torch.load(path, weights_only=False)
    assert {name: describe(tensor) for name, tensor in read.items()} == {
        name: describe(tensor) for name, tensor in expected.items()}
    record("tar", "pth", archive.getvalue(), "tar", expected)


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


def safetensors_fixtures():
    names = [name for name in PLAIN_DTYPES + UNTYPED_DTYPES if name not in ("complex32", "complex128")]
    table = {**dtypes(names), "scalar": torch.tensor(1.5), "empty": torch.empty(2, 0)}
    data = safetensors.torch.save(table, metadata={"format": "pt", "größe": "重み"})
    read = safetensors.torch.load(data)
    assert {name: describe(tensor) for name, tensor in read.items()} == {
        name: describe(tensor) for name, tensor in table.items()}
    path = FOLDER / "safetensors.safetensors"
    path.write_bytes(data)
    with safetensors.safe_open(path, "pt") as file:
        # The library sorts by size of element.
        order = file.offset_keys()
    record("safetensors", "safetensors", data, "safetensors", {name: table[name] for name in order})


def sharded():
    first = {"a.weight": values("float32", (2, 3)), "a.bias": values("float16", (3,))}
    second = {"b.weight": values("bfloat16", (2, 2)), "b.steps": torch.tensor(9)}
    total = sum(tensor.numel() * tensor.element_size() for tensor in [*first.values(), *second.values()])
    for stem, suffix, write in (
        ("model", "safetensors", lambda table: safetensors.torch.save(table)),
        ("pytorch_model", "bin", lambda table: save(table)),
    ):
        shards = [f"{stem}-0000{index}-of-00002.{suffix}" for index in (1, 2)]
        weight_map = {}
        for file, table in zip(shards, (first, second), strict=True):
            (FOLDER / file).write_bytes(write(table))
            weight_map.update({name: file for name in table})
        index = {"metadata": {"total_size": total}, "weight_map": weight_map}
        data = json.dumps(index, indent=2).encode()
        (FOLDER / f"{stem}.{suffix}.index.json").write_bytes(data)
        expected = {"file": f"{stem}.{suffix}.index.json", "container": "sharded",
                    "tensors": {name: describe(tensor) for name, tensor in {**first, **second}.items()}}
        (FOLDER / f"sharded-{suffix}.json").write_text(json.dumps(expected, indent=1) + "\n")


def main():
    global FOLDER
    if len(sys.argv) > 1:
        FOLDER = pathlib.Path(sys.argv[1])
    FOLDER.mkdir(parents=True, exist_ok=True)
    zip_fixtures()
    big_endian()
    training()
    legacy()
    tar()
    torchscript()
    exported()
    safetensors_fixtures()
    sharded()
    for path in FOLDER.iterdir():
        assert str(REPOSITORY).encode() not in path.read_bytes(), f"{path.name} holds a path of this machine"
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{total} bytes in all")


if __name__ == "__main__":
    main()
