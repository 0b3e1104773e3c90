"""The project's own trained checkpoint: ten drawn shapes and a small network that distinguishes them."""
