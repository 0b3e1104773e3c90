"""Python's safetensors opens what packages/format-smyd writes, and docs/smyd-format.md is enough to read it.

The reader below was written from that page alone. packages/format-smyd/src/python.oracle.test.ts writes the files, and
runs this with their folder in SAMOYED_WRITTEN.
"""

import json
import os
import pathlib
import struct

import numpy as np
import pytest
from safetensors import safe_open

FOLDER = os.environ.get("SAMOYED_WRITTEN")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="not run: packages/format-smyd's own tests write the files and run this")

STORAGES = ["float32", "float16", "int8"]
MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (
    11400714785074694791, 14029467366897019727, 1609587929392839161, 9650029242287828579, 2870177450012600261,
)


def rotate(value, bits):
    return ((value << bits) | (value >> (64 - bits))) & MASK


def mix(lane, word):
    return rotate((lane + word * P2) & MASK, 31) * P1 & MASK


def xxh64(data):
    """XXH64 with seed 0, from xxHash's specification (doc/xxhash_spec.md)."""
    at = 0
    if len(data) >= 32:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 32 <= len(data):
            lanes = [mix(lane, word) for lane, word in zip(lanes, struct.unpack_from("<4Q", data, at), strict=True)]
            at += 32
        value = sum(rotate(lane, bits) for lane, bits in zip(lanes, [1, 7, 12, 18], strict=True)) & MASK
        for lane in lanes:
            value = ((value ^ mix(0, lane)) * P1 + P4) & MASK
    else:
        value = P5
    value = (value + len(data)) & MASK
    while at + 8 <= len(data):
        value = (rotate(value ^ mix(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= len(data):
        value = (rotate(value ^ (struct.unpack_from("<I", data, at)[0] * P1 & MASK), 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        value = rotate(value ^ (byte * P5 & MASK), 11) * P1 & MASK
    value = (value ^ (value >> 33)) * P2 & MASK
    value = (value ^ (value >> 29)) * P3 & MASK
    return value ^ (value >> 32)


def unpack(stored, record):
    """A weight in ONNX's order, from its stored array."""
    shape, layout = record["shape"], record["layout"]
    if layout == "plain":
        return stored
    if layout == "depthwise":
        return stored[:, : shape[0]].T.reshape(shape)
    if layout == "panel8-transposed":
        inputs, outputs = shape
        return np.concatenate(list(stored), axis=1)[:, :outputs]
    outputs, inputs, *kernel = shape
    groups, taps = record["groups"], int(np.prod(kernel, dtype=int))
    own = outputs // groups
    merged = max((m for m in range(1, groups + 1) if groups % m == 0 and m * own <= 8), default=1)
    panels_each = -(-merged * own // 8)
    weights = np.empty((outputs, inputs, taps), stored.dtype)
    for output in range(outputs):
        group = output // own
        within = output - group // merged * merged * own
        panel = stored[group // merged * panels_each + within // 8].reshape(taps, merged * inputs, 8)
        first = group % merged * inputs
        weights[output] = panel[:, first : first + inputs, within % 8].T
    return weights.reshape(shape)


def read(storage):
    path = pathlib.Path(FOLDER) / f"{storage}.smyd"
    with safe_open(path, framework="numpy") as file:
        return file.metadata(), {name: file.get_tensor(name) for name in file.keys()}, path.read_bytes()


def originals():
    return {
        name: np.frombuffer(bytes.fromhex(tensor["hex"]), tensor["dtype"]).reshape(tensor["shape"])
        for name, tensor in json.loads((pathlib.Path(FOLDER) / "expected.json").read_text(encoding="utf-8")).items()
    }


@pytest.mark.parametrize("storage", STORAGES)
def test_weights(storage):
    metadata, tensors, _ = read(storage)
    wanted = originals()
    records = json.loads(metadata["graph"])["weights"]
    assert [record["name"] for record in records] == list(wanted)
    assert {record["layout"] for record in records} == {"plain", "panel8", "panel8-transposed", "depthwise"}
    for record in records:
        weight, packed = wanted[record["name"]], record["layout"] != "plain"
        stored = unpack(tensors[record["tensor"]], record)
        assert list(stored.shape) == record["shape"]
        if packed and storage == "float16":
            assert stored.tobytes() == weight.astype(np.float16).tobytes()
        elif packed and storage == "int8":
            axis = 1 if record["layout"] == "panel8-transposed" else 0
            rows = np.moveaxis(weight, axis, 0).reshape(weight.shape[axis], -1)
            scale = (np.abs(rows).max(axis=1).astype(np.float64) / 127).astype(np.float32)
            scale[scale < 2.0**-126] = 1
            assert tensors[record["scale"]].tobytes() == scale.tobytes()
            quantized = np.rint(rows.astype(np.float64) / scale[:, None]).astype(np.int8)
            assert np.moveaxis(stored, axis, 0).reshape(rows.shape).tobytes() == quantized.tobytes()
        else:
            assert stored.tobytes() == weight.tobytes()


@pytest.mark.parametrize("storage", STORAGES)
def test_places(storage):
    """Weights begin at multiples of 64, the bytes between are padding, and the hashes are right."""
    metadata, tensors, data = read(storage)
    length = struct.unpack_from("<Q", data)[0]
    header = json.loads(data[8 : 8 + length])
    del header["__metadata__"]
    assert (8 + length) % 64 == 0
    hashes = []
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        own = data[8 + length + begin : 8 + length + end]
        if name.startswith("__pad."):
            assert own == bytes(end - begin)
        else:
            assert begin % 64 == 0
            hashes.append(xxh64(own))
    assert tensors["__hashes__"].tolist() == hashes[:-1]
    assert name == "__hashes__"


@pytest.mark.parametrize("storage", STORAGES)
def test_digest(storage):
    metadata, _, _ = read(storage)
    contract = metadata["contract"]
    contract = contract.replace(json.loads(contract)["source"]["sha256"], "0" * 64)
    assert metadata["digest"] == f"{xxh64((metadata['graph'] + chr(10) + contract).encode()):016x}"
    assert (metadata["format"], metadata["version"]) == ("smyd", "2")
    assert json.loads(metadata["graph"])["opset"] == 17
