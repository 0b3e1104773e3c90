import gzip
import json
import shutil

import census
import numpy as np
import pytest
import torch
from samoyed_oracle.census.fills import calibrated_fills, first_fills
from samoyed_oracle.census.networks import create, input_sizes
from samoyed_oracle.census.record import idle_tensors, record, seeded_input

NAME = "test_resnet"


def test_the_smallest_network_is_reproduced_and_a_change_is_found(tmp_path):
    case = record("resnet", NAME, tmp_path / "fresh")
    assert census.differences(census.ROOT / NAME, tmp_path / "fresh") == []
    assert case["idle"] == []
    shutil.copytree(tmp_path / "fresh", tmp_path / "changed")
    tensors = json.loads(gzip.decompress((tmp_path / "changed" / "tensors.json.gz").read_bytes()))
    tensors[0]["fill"]["std"] *= 2
    (tmp_path / "changed" / "tensors.json.gz").write_bytes(gzip.compress(json.dumps(tensors).encode()))
    logits = np.load(tmp_path / "changed" / "logits64.npy")
    logits[0, 5] += 1e-6
    np.save(tmp_path / "changed" / "logits64.npy", logits)
    found = census.differences(census.ROOT / NAME, tmp_path / "changed")
    assert any("tensors.json.gz" in line for line in found)
    assert any("logits64" in line for line in found)


def test_every_case_is_a_listed_network_and_none_is_called_unfit():
    networks = {network["name"]: (module, network) for module, network in census.listed().items()}
    for path in census.ROOT.glob("*/case.json"):
        module, network = networks[path.parent.name]
        assert json.loads(path.read_text())["module"] == module
        assert "unfit" not in network


@pytest.mark.parametrize("name", ["test_resnet", "test_vit"])
def test_no_tensor_is_left_as_an_initializer_set_it(name):
    model = create(name)
    x = seeded_input(input_sizes(name, model)[0])
    fills = calibrated_fills(model, x, seed="census-1")
    assert fills.keys() == first_fills(model).keys()
    for key, value in model.named_parameters():
        assert value.numel() == 1 or value.std() > 0, key


def test_a_parameter_without_influence_is_idle():
    class Half(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.used = torch.nn.Parameter(torch.ones(4))
            self.unused = torch.nn.Parameter(torch.ones(4))
            self.shift = torch.nn.Parameter(torch.ones(1))

        def forward(self, x):
            return (x * self.used + self.shift).softmax(-1) * 100

    assert idle_tensors(Half(), torch.tensor([[0.1, 0.2, 0.3, 0.5]])) == ["unused", "shift"]
