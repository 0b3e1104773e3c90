"""Every network that timm registers, exported without weights."""
