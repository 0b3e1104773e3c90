"""The smallest network of each of timm's modules: seeded weights, an exported program, PyTorch's own answer."""
