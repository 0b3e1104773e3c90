"""Checkpoints as people make them, by theme: what a conversion must give for each, and PyTorch's own outputs."""
