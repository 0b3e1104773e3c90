"""Shared parts of the oracle's tests."""

from pathlib import Path

import pytest
import torch

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """torch is deterministic only for a fixed number of threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def golden() -> Path:
    return REPOSITORY / "golden"
