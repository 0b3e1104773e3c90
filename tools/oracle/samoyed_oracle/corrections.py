"""What timm 1.0.29 has wrong or leaves out in its registry."""

from timm.models import resnet

# timm has a pretrained configuration for this network and no entry point. Its arguments are those of the original
# publication (facebookresearch/WSL-Images, hubconf.py: groups 32, width per group 48).
MISSING_ENTRY_POINTS = {
    "resnext101_32x48d": dict(block=resnet.Bottleneck, layers=(3, 4, 23, 3), cardinality=32, base_width=48),
}
# timm maps all four former IG-WSL names to resnext101_32x8d, whose weights have other shapes.
CORRECTED_NAMES = {
    f"ig_resnext101_32x{width}d": f"resnext101_32x{width}d.fb_wsl_ig1b_ft_in1k" for width in (16, 32, 48)
}
# Former names of checkpoints that timm has no longer.
REMOVED = {
    "vit_base_patch32_224_sam": "vit_base_patch32_224.sam",
    "vit_base_patch16_224_sam": "vit_base_patch16_224.sam",
}
