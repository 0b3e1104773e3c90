"""Every theme, in the order in which the checkpoints are made."""

from samoyed_oracle.variants import (
    archives,
    changed_weights,
    frameworks,
    heads,
    hugging,
    mmlab,
    originals,
    pretraining,
    several,
    silent,
    small_images,
    stated,
    stored,
    trainers,
    whole,
    wrapped,
)

THEMES = (
    wrapped,
    several,
    stored,
    archives,
    changed_weights,
    heads,
    whole,
    stated,
    silent,
    small_images,
    originals,
    pretraining,
    frameworks,
    mmlab,
    trainers,
    hugging,
)
