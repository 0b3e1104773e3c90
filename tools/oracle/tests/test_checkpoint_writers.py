"""PyTorch and safetensors read what packages/checkpoint writes, bit for bit.

packages/checkpoint/src/writers.oracle.test.ts writes the files, and runs this with their folder in SAMOYED_WRITTEN.
"""

import json
import os
import pathlib
import zipfile

import pytest
import safetensors.torch
import torch

FOLDER = os.environ.get("SAMOYED_WRITTEN")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="not run: packages/checkpoint's own tests write the files and run this")


def path(file):
    return pathlib.Path(FOLDER) / file


def describe(name, tensor):
    data = tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    return {"name": name, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape), "hex": data.hex()}


def expected(file):
    return json.loads(path("expected.json").read_text(encoding="utf-8"))[file]


@pytest.mark.parametrize("file", ["zip.pth", "legacy.pth"])
@pytest.mark.parametrize("weights_only", [True, False])
def test_bit_for_bit(file, weights_only):
    read = torch.load(path(file), weights_only=weights_only)
    assert [describe(name, tensor) for name, tensor in read.items()] == expected(file)


def test_bit_for_bit_with_computed_offsets(monkeypatch):
    """PyTorch may compute the offset of a storage; with this variable it compares that with the actual offset."""
    from torch.utils.serialization import config

    monkeypatch.setenv("TORCH_SERIALIZATION_DEBUG", "1")
    monkeypatch.setattr(config.load, "calculate_storage_offsets", True)
    read = torch.load(path("zip.pth"), weights_only=True, mmap=True)
    assert [describe(name, tensor) for name, tensor in read.items()] == expected("zip.pth")


def test_bit_for_bit_checksums():
    """Python verifies the checksums that PyTorch ignores."""
    with zipfile.ZipFile(path("zip.pth")) as archive:
        assert archive.testzip() is None


def test_bit_for_bit_safetensors():
    read = safetensors.torch.load_file(path("safetensors.safetensors"))
    wanted = expected("safetensors.safetensors")
    assert set(read) == {tensor["name"] for tensor in wanted}
    assert [describe(tensor["name"], read[tensor["name"]]) for tensor in wanted] == wanted


def test_beyond_4_gib():
    read = torch.load(path("huge.pth"), weights_only=True, mmap=True)
    assert read["huge"].shape == (4097, 1 << 20)
    assert read["after"].tolist() == torch.frombuffer(
        bytearray((at * 37 + 11) % 120 for at in range(20)), dtype=torch.float32).tolist()
