"""Lets torchvision's Python part load with a CPU build of torch.

torchvision is published with operators compiled for CUDA, which do not load with a CPU build of torch. timm uses
only torchvision's Python part, and that fails only where it registers shapes for those missing operators. Importing
this module skips these registrations; it must come before anything that imports torchvision or timm:

    import samoyed_oracle.torchvision_shim  # noqa: F401
    import timm
"""

import sys

import torch

_PREFIX = "torchvision::"


def install() -> None:
    """Makes `torch.library.register_fake` skip torchvision's operators. Calling it again changes nothing."""
    original = torch.library.register_fake
    if getattr(original, "skips_torchvision", False):
        return
    if "torchvision" in sys.modules:
        raise RuntimeError("torchvision was imported before samoyed_oracle.torchvision_shim; import the shim first")

    def register_fake(name, *args, **kwargs):
        if isinstance(name, str) and name.startswith(_PREFIX):
            return lambda function: function
        return original(name, *args, **kwargs)

    register_fake.skips_torchvision = True
    torch.library.register_fake = register_fake


install()
