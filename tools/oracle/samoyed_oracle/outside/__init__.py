"""Trained networks that others publish as Python wheels: fetched by hash, exported, run by PyTorch; never committed."""
