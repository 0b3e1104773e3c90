"""A trained checkpoint of the project's own: ten drawn shapes and a small network that tells them apart."""
