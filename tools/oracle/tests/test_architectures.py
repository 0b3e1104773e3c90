"""Layers that are exported in another form compute what timm's own compute."""

import pytest
import torch
from samoyed_oracle import torchvision_shim  # noqa: F401

import timm
from samoyed_oracle.architectures.cond_conv import mixed_results
from samoyed_oracle.architectures.same_padding import whole_same_padding
from timm.layers import AvgPool2dSame, create_pool2d


def relative_difference(own: torch.Tensor, other: torch.Tensor) -> float:
    return float((own - other).abs().max() / own.abs().max())


@pytest.mark.parametrize("size", [(64, 64), (97, 50)])
@pytest.mark.parametrize("name", ["tf_mobilenetv3_small_minimal_100", "tf_efficientnet_cc_b0_4e"])
def test_network(name: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name).double().eval()
    x = torch.randn(2, 3, *size).double()
    with torch.no_grad():
        own = model(x)
        with whole_same_padding(), mixed_results():
            other = model(x)
    assert 0 < float(own.abs().max())
    assert relative_difference(own, other) < 1e-12


@pytest.mark.parametrize("size", [(8, 8), (7, 10)])
@pytest.mark.parametrize("pool", [create_pool2d("max", 3, 2, padding="same"), AvgPool2dSame(3, 2, count_include_pad=False)])
def test_pool(pool: torch.nn.Module, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    x = torch.randn(2, 3, *size).double()
    own = pool(x)
    with whole_same_padding():
        assert relative_difference(own, pool(x)) < 1e-12
