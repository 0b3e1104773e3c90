import hashlib

import numpy as np
import pytest
import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from samoyed_oracle.checking import read_case, recorded_references
from samoyed_oracle.shapes.checkpoint import read_network
from samoyed_oracle.stored import STORED, folded_network, folded_tensors, half_up, norms, read_back, tensors_sha256


def randomised(name: str) -> torch.nn.Module:
    """A network whose batch norms do something."""
    torch.manual_seed(1)
    network = timm.create_model(name, pretrained=False, num_classes=7).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for values, least in ((module.weight, 0.5), (module.running_var, 0.5), (module.bias, -0.5)):
                torch.nn.init.uniform_(values, least, least + 1)
            torch.nn.init.normal_(module.running_mean)
    return network


@pytest.mark.parametrize("name", ["resnet18", "resnext50_32x4d", "resnet26d"])
def test_a_network_without_batch_norms_computes_the_same(name):
    network = randomised(name)
    folded = folded_network(network, folded_tensors(network))
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in folded.modules())
    image = torch.randn(1, 3, 64, 64, dtype=torch.float64)
    with torch.inference_mode():
        expected, got = network.double()(image), folded.double()(image)
    # Each weight was rounded to float32 once more.
    assert (got - expected).abs().max() < 1e-5 * expected.std()


def test_every_batch_norm_is_found_and_the_given_network_stays(golden):
    network = read_network(golden / "trained" / "shapes.pth")
    before = {name: values.clone() for name, values in network.state_dict().items()}
    pairs = list(norms(network))
    assert len(pairs) == sum(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    assert ("layer1.0.downsample.0", "layer1.0.downsample.1") in pairs
    tensors = folded_tensors(network)
    assert len(tensors) == 2 * len(pairs) + 2
    folded_network(network, tensors)
    assert all(torch.equal(before[name], values) for name, values in network.state_dict().items())


def test_a_batch_norm_that_follows_no_convolution_is_refused():
    with pytest.raises(ValueError, match="no convolution of 4 outputs precedes it"):
        list(norms(torch.nn.Sequential(torch.nn.Conv2d(3, 5, 1), torch.nn.BatchNorm2d(4))))


def affine_slowly(values: list[float], largest: int) -> list[float]:
    """tfjs's documented scheme, one value at a time in Python's doubles."""
    low, high = min(*values, 0.0), max(*values, 0.0)
    scale = (high - low) / largest
    zero = round(-low / scale)
    integers = [min(max(round(value / scale + zero), 0), largest) for value in values]
    return [integer * scale - zero * scale for integer in integers]


@pytest.mark.parametrize(("stored", "largest"), [("uint8", 255), ("uint16", 65535)])
def test_integers_on_a_line(stored, largest):
    generator = np.random.default_rng(3)
    for shift in (-5, 0, 5):
        values = (generator.standard_normal((20, 10)) + shift).astype(np.float32)
        kept = STORED[stored](values)
        assert kept.dtype == np.float32
        assert kept.ravel() == pytest.approx(affine_slowly(values.ravel().tolist(), largest), rel=1e-7, abs=1e-12)
        assert np.abs(kept - values).max() <= (np.ptp(np.append(values, 0)) / largest) * 0.50001
        # Merged groups have zeros between them.
        assert STORED[stored](np.append(values, np.float32(0)))[-1] == 0
        assert len(np.unique(kept)) <= largest + 1


def by_channel_slowly(values: np.ndarray) -> np.ndarray:
    """The scheme of docs/smyd-format.md, one weight at a time."""
    kept = np.empty_like(values)
    for channel, row in enumerate(values):
        scale = np.float32(float(np.abs(row).max()) / 127)
        scale = np.float32(1) if scale < 2.0**-126 else scale
        for index in np.ndindex(row.shape):
            kept[channel][index] = np.float32(round(float(row[index]) / float(scale)) * float(scale))
    return kept


def test_integers_by_channel():
    generator = np.random.default_rng(4)
    values = generator.standard_normal((6, 3, 3, 2)).astype(np.float32) * np.float32([1, 100, 1e-3, 0, 1e-40, 5]).reshape(6, 1, 1, 1)
    kept = STORED["int8"](values)
    assert kept.dtype == np.float32
    assert kept.tobytes() == by_channel_slowly(values).tobytes()
    # Symmetric: the largest weight of a channel is kept, except for the rounding of its scale.
    largest = np.abs(values[:4]).max(axis=(1, 2, 3))
    assert np.abs(kept[:4]).max(axis=(1, 2, 3)) == pytest.approx(largest, rel=1e-6)
    assert (np.abs(kept - values).max(axis=(1, 2, 3))[:4] <= largest / 127 * 0.50001).all()


def test_halves_and_what_is_left_alone():
    tensors = {"w": np.array([[1 / 3, 2049, 1e-9]], np.float32), "b": np.array([1 / 3], np.float32)}
    kept = read_back(tensors, "float16")
    assert kept["w"].tolist() == [[0.333251953125, 2048, 0]]
    assert kept["b"] is tensors["b"]
    zeros = np.zeros((2, 2), np.float32)
    assert all((store(zeros) == 0).all() for store in STORED.values())


def test_halves_round_up_as_in_javascript():
    assert half_up(np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994])).tolist() == [1, 2, 3, 0, -1, 0]


def test_the_hash_is_over_names_and_values_in_order():
    tensors = {"w": np.array([1, 2], np.float32), "b": np.zeros(1, np.float32)}
    digests = {name: hashlib.sha256(values.tobytes()).hexdigest() for name, values in tensors.items()}
    text = f"b {digests['b']}\nw {digests['w']}\n"
    assert tensors_sha256(tensors) == hashlib.sha256(text.encode()).hexdigest()
    assert tensors_sha256(dict(reversed(tensors.items()))) == tensors_sha256(tensors)
    assert tensors_sha256({**tensors, "b": np.full(1, -0.0, np.float32)}) != tensors_sha256(tensors)


def test_recordings_differ_as_their_weights_do(golden):
    """Fewer bits, more drift; and PyTorch's own float32 is far nearer to float64 than any drift is."""
    folder = golden / "cases" / "shapes"
    original, *others = recorded_references(read_case(folder))
    exact = np.load(folder / original["logits64"])
    drift = {ref["stored"]: np.abs(np.load(folder / ref["logits64"]) - exact).max() for ref in others}
    assert drift["uint8"] > 10 * drift["float16"] > 10 * drift["uint16"] > 10 * original["noise"]["max"]
    # A scale for each channel is finer than one for all.
    assert drift["uint8"] > drift["int8"] > 10 * drift["float16"]
    assert all(ref["noise"]["max"] < 4 * original["noise"]["max"] for ref in others)
