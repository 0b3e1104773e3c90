"""Every theme, in the order in which the checkpoints are made."""

from samoyed_oracle.variants import wrapped, stored, heads, whole, stated, pretraining, frameworks, hugging  # noqa: I001

THEMES = (wrapped, stored, heads, whole, stated, pretraining, frameworks, hugging)
