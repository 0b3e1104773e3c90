import shutil

import numpy as np
import pytest
import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from samoyed_oracle.checking import differences, read_case
from samoyed_oracle.standin import load_stand_in
from samoyed_oracle.taps import SAMPLES, positions, samples, tap_names, tap_values


@pytest.fixture(scope="module")
def network():
    model = timm.create_model("resnet18", pretrained=False)
    load_stand_in(model, seed="samoyed-2")
    return model.eval()


def test_the_last_block_of_each_stage_gives_what_timm_calls_its_features(network):
    image = torch.randn(3, 64, 64)
    values = tap_values(network, image, torch.float32)
    assert list(values) == tap_names(network)
    with torch.inference_mode():
        features = network.forward_intermediates(image[None], intermediates_only=True)
    wanted = ["act1", "layer1.1.act2", "layer2.1.act2", "layer3.1.act2", "layer4.1.act2"]
    for name, feature in zip(wanted, features, strict=True):
        assert torch.equal(values[name], feature[0]), name
    assert not network.act1._forward_hooks


def test_places_are_spread_over_a_tensor_and_depend_on_its_name():
    places = positions("layer1.0.act3", 64 * 112 * 112)
    assert places.dtype == np.int32
    assert (places.min(), places.max()) > (0, 0.95 * 64 * 112 * 112)
    assert len(np.unique(places)) == SAMPLES
    # Not in one column of the image, and in many channels.
    assert len(np.unique(places % 112)) > 80
    assert len(np.unique(places // (112 * 112))) > 50
    assert not np.array_equal(places, positions("layer1.1.act3", 64 * 112 * 112))
    assert positions("x", 7).max() == 6


def test_samples_are_the_values_at_the_places(network):
    values = tap_values(network, torch.randn(3, 64, 64), torch.float64)
    taken = samples(values)
    assert (taken.dtype, taken.shape) == (np.float64, (9, SAMPLES))
    for row, (name, value) in enumerate(values.items()):
        place = int(positions(name, value.numel())[17])
        channel, rest = divmod(place, value.shape[1] * value.shape[2])
        assert taken[row, 17] == value[channel, rest // value.shape[2], rest % value.shape[2]]


def test_a_tap_that_drifted_or_moved_is_found(golden, tmp_path):
    committed = golden / "cases" / "samoyed-resnet18"
    shutil.copytree(committed, tmp_path / "case")
    names = read_case(committed)
    layers = len(names["taps"]["layers"])
    assert np.load(committed / "taps64.npy").shape == (layers, SAMPLES)

    def damaged(file, change):
        values = np.load(committed / file)
        change(values)
        np.save(tmp_path / "case" / file, values)
        found = differences(committed, tmp_path / "case")
        shutil.copy(committed / file, tmp_path / "case" / file)
        return found

    def add(values, by):
        values[3, 5] += by

    (line,) = damaged("taps64.npy", lambda values: add(values, 1e-8))
    assert line.startswith("taps64: off by 1e-08")
    (line,) = damaged("taps32.npy", lambda values: add(values, 1e-3))
    assert line.startswith("taps32: off by 0.001")
    assert damaged("tap-positions.npy", lambda values: add(values, 1)) == ["tap-positions.npy: other places"]
    assert differences(committed, tmp_path / "case") == []
