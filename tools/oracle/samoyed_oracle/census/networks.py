"""Which networks the census has, and at which size their input is."""

import timm
import torch

# Enough for strides of 32 to leave 5 x 5 positions; half the work of 224.
SMALL_SIZE = 160
# tiny_vit's 21,841 classes would be most of its case.
ARGUMENTS = {"tiny_vit_5m_224": {"num_classes": 1000}}
# They compute something else, or export for one size only, at another size than their own.
OWN_SIZE = {
    "cpubone_nano",
    "csatv2",
    "davit_tiny",
    "mobilenetv5_base",
    "mobilevit_xxs",
    "naflexvit_base_patch16_parfac_gap",
    "nasnetalarge",
    "pnasnet5large",
    "sam2_hiera_tiny",
    "tiny_vit_5m_224",
    "vgg11",
}
# At further sizes: networks whose padding depends on the size, at sizes that pad otherwise than their own.
OTHER_SIZES = [
    (module, name, (3, height, width))
    for module, name in [
        ("efficientnet", "tf_efficientnet_lite0"),
        ("efficientnet", "tf_mixnet_s"),
        ("mobilenetv3", "tf_mobilenetv3_small_minimal_100"),
    ]
    for height, width in [(129, 97), (150, 192)]
]


def smallest_networks() -> dict:
    """The network with the fewest parameters of every module that registers one."""
    found = {}
    for module in timm.list_modules():
        for name in timm.list_models(module=module):
            try:
                with torch.device("meta"):
                    model = timm.create_model(name)
            except Exception:  # a network that needs real tensors while it is built
                model = timm.create_model(name)
            size = sum(parameter.numel() for parameter in model.parameters())
            if module not in found or size < found[module][1]:
                found[module] = (name, size)
            del model
    return {module: {"name": name, "parameters": size} for module, (name, size) in sorted(found.items())}


def create(name: str) -> torch.nn.Module:
    torch.manual_seed(10)
    return timm.create_model(name, **ARGUMENTS.get(name, {})).eval()


def input_sizes(name: str, model: torch.nn.Module) -> list[tuple[int, ...]]:
    """The sizes [channels, height, width] to try, the smallest first; the last is the network's own."""
    config = model.default_cfg
    own = tuple(config["input_size"])
    if name in OWN_SIZE or config.get("fixed_input_size") or min(own[1:]) <= SMALL_SIZE:
        return [own]
    smallest = tuple(config.get("min_input_size") or (own[0], SMALL_SIZE, SMALL_SIZE))
    side = max(SMALL_SIZE, *smallest[1:])
    return [(own[0], side, side), own]
