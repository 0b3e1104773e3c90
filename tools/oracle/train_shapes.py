"""Trains the shapes network anew and writes golden/trained; record.py must then record golden/cases/shapes.

    tools/oracle/.venv/bin/python tools/oracle/train_shapes.py

Ten minutes on two cores. Another processor rounds differently and trains other weights.
"""

import torch

from samoyed_oracle.shapes.checkpoint import write_checkpoint
from samoyed_oracle.shapes.training import Settings, accuracy, data_set, train
from samoyed_oracle.standin_case import GOLDEN

REQUIRED = 0.95

if __name__ == "__main__":
    settings = Settings()
    model, extra = train(settings)
    torch.set_num_threads(1)
    held_out = accuracy(model, *data_set("held-out", 2000, seed=settings.seed))
    print(f"held-out accuracy on 2,000 images: {held_out:.4f}")
    if held_out < REQUIRED:
        raise SystemExit(f"below {REQUIRED}; nothing is written")
    write_checkpoint(GOLDEN / "trained", model, extra)
