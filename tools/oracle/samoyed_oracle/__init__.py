"""Real PyTorch and timm, recorded: the only code that writes goldens."""
