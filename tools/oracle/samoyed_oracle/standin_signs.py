"""Turns channels around that no image reaches: behind a ReLU that never fires, no mistake shows."""

import numpy as np
import torch
from timm.models.resnet import BasicBlock, Bottleneck, ResNet

from .standin import norm_channels

# A channel whose mean after the ReLU is below this share of the layer's root mean square hardly fires.
HARDLY = 0.03


def norms_before(model: ResNet) -> dict[str, list[str]]:
    """The batch norms that each ReLU takes its input from, in order of computation, by the path of the ReLU."""
    found = {"act1": ["bn1"]}
    for path, block in model.named_modules():
        if isinstance(block, (BasicBlock, Bottleneck)):
            last = 2 if isinstance(block, BasicBlock) else 3
            found |= {f"{path}.act{index}": [f"{path}.bn{index}"] for index in range(1, last + 1)}
            if block.downsample is not None:
                found[f"{path}.act{last}"].append(f"{path}.downsample.1")
    return found


def solve_signs(model: ResNet, inputs: torch.Tensor) -> dict[str, np.ndarray]:
    """Gives weight and bias of norms the other sign where a ReLU hardly fires for inputs [images, 3, H, W].

    Changes the model. Returns the channels that it turned around: bool [channels] by the norm's path. One run is enough,
    because each ReLU is looked at when all before it fire.
    """
    negative = {path: np.zeros(channels, bool) for path, channels in norm_channels(model).items()}
    outputs: dict[str, torch.Tensor] = {}
    sources = norms_before(model)

    def turn(act: str, before: torch.Tensor) -> torch.Tensor:
        negated = before.clone()
        for path in sources[act]:
            negated -= 2 * outputs.pop(path)
        fires, would_fire = (values.relu().mean(dim=(0, 2, 3)) for values in (before, negated))
        turned = (fires < HARDLY * before.square().mean().sqrt()) & (would_fire > fires)
        for path in sources[act]:
            norm = model.get_submodule(path)
            norm.weight[turned] *= -1
            norm.bias[turned] *= -1
            negative[path] |= turned.numpy()
        before[:, turned] = negated[:, turned]
        if (before.amax(dim=(0, 2, 3)) <= 0).any():
            raise ValueError(f"{act}: a channel fires with neither sign")
        return before

    hooks = [
        model.get_submodule(path).register_forward_hook(
            lambda _module, _inputs, output, path=path: outputs.__setitem__(path, output.clone())
        )
        for path in negative
    ] + [
        model.get_submodule(act).register_forward_pre_hook(lambda _module, values, act=act: (turn(act, values[0]),))
        for act in sources
    ]
    with torch.no_grad():
        model(inputs)
    for hook in hooks:
        hook.remove()
    return negative
