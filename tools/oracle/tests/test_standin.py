import hashlib
import json

import numpy as np
import pytest
import record_stand_in
import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from samoyed_oracle import standin
from samoyed_oracle.standin_signs import norms_before, solve_signs


def test_the_recorded_hashes_are_what_the_generator_gives():
    recorded = json.loads(record_stand_in.OUT.read_text())
    assert recorded == record_stand_in.describe_all()


def test_a_slow_and_obvious_generator_gives_the_same_bits():
    """The definition, one element at a time in Python's own integers and doubles."""

    def fmix(h):
        h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
        h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
        return h ^ (h >> 16)

    start = 0x811C9DC5
    for byte in "seed/name".encode():
        start = ((start ^ byte) * 0x01000193) % 2**32
    scale = 0.33 / ((4 * (65536 * 65536 - 1) / 12) ** 0.5)
    expected = []
    for i in range(1000):
        a, b = (fmix((start + k * 0x9E3779B9) % 2**32) for k in (2 * i, 2 * i + 1))
        expected.append(((a & 0xFFFF) + (a >> 16) + (b & 0xFFFF) + (b >> 16) - 131070) * scale)
    got = standin.stand_in_tensor("name", (10, 100), role="fc.weight", seed="seed")
    assert got.dtype == np.float32
    assert np.array_equal(got.ravel(), np.array(expected, np.float32))


def test_chunks_do_not_show(monkeypatch):
    whole = standin.stand_in_tensor("w", (1000, 7), role="fc.weight", seed="s")
    monkeypatch.setattr(standin, "CHUNK", 999)
    assert np.array_equal(whole, standin.stand_in_tensor("w", (1000, 7), role="fc.weight", seed="s"))


@pytest.mark.parametrize(("model", "damped"), [("resnext50_32x4d", 16), ("resnet18", 8)])
def test_roles_cover_a_network(model, damped):
    network = timm.create_model(model, pretrained=False)
    roles = standin.roles(network)
    assert list(roles) == list(network.state_dict())
    assert list(roles.values()).count("bn.last") == damped
    assert roles["bn1.weight"] == "bn.weight"
    assert roles["layer1.0.bn3.weight" if model == "resnext50_32x4d" else "layer1.0.bn2.weight"] == "bn.last"
    with pytest.raises(KeyError):
        standin.roles(torch.nn.Sequential(torch.nn.PReLU()))


def test_a_stand_in_is_loaded_and_hashed():
    network = timm.create_model("resnet18", pretrained=False)
    standin.load_stand_in(network, seed="samoyed-2")
    state = network.state_dict()
    assert state["layer2.0.bn2.weight"].mean().item() == pytest.approx(0.25 / 16, rel=0.05)
    assert state["bn1.num_batches_tracked"].dtype == torch.int64
    assert state["fc.bias"].abs().max() == 0
    digest = hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in state.values())).hexdigest()
    assert standin.weights_sha256(state) == digest
    state["fc.bias"][3] = 1
    assert standin.weights_sha256(state) != digest


def living_network(negative=None):
    network = timm.create_model("resnet18", pretrained=False)
    standin.load_stand_in(network, seed="samoyed-2", negative=negative)
    return network.eval()


def test_no_batch_norm_is_the_identity():
    for module in living_network().modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for values in (module.weight, module.bias, module.running_mean, module.running_var):
                assert values.std() > 0.05 * values.abs().mean()
            # An epsilon of 1e-6 in place of 1e-5 changes the scale by a thousandth.
            assert 1e-5 / module.running_var.max() > 1e-3


def test_every_relu_fires_with_the_solved_signs_and_not_without():
    images = torch.from_numpy(standin.filled("images", (2, 3, 64, 64), {"kind": "normal", "std": 1.0}, seed="s"))

    def silent(network):
        counts = []
        hooks = [
            network.get_submodule(act).register_forward_pre_hook(
                lambda _module, values: counts.append(int((values[0].amax(dim=(0, 2, 3)) <= 0).sum()))
            )
            for act in norms_before(network)
        ]
        with torch.inference_mode():
            network.double()(images.double())
        for hook in hooks:
            hook.remove()
        return sum(counts)

    assert silent(living_network()) > 100
    solving = living_network()
    negative = solve_signs(solving, images)
    packed = standin.pack_signs(negative)
    assert len(packed) == 4800 / 8
    again = living_network(standin.unpack_signs(solving, packed))
    assert standin.weights_sha256(again.state_dict()) == standin.weights_sha256(solving.state_dict())
    assert silent(again) == 0


def test_an_unknown_role_and_a_wrong_head_are_refused():
    with pytest.raises(ValueError, match="unknown role 'bn'"):
        standin.stand_in_tensor("x", (1,), role="bn", seed="s")
    with pytest.raises(ValueError, match="needs a float32 head"):
        standin.stand_in_tensor("fc.bias", (10,), role="fc.bias", seed="s")
    with pytest.raises(ValueError, match="needs a float32 head"):
        standin.stand_in_tensor("fc.bias", (10,), role="fc.bias", seed="s", head=np.zeros(10))
