"""Prints every network that timm registers as JSON: its name and its module."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle import torchvision_shim  # noqa: F401, E402

import timm  # noqa: E402

if __name__ == "__main__":
    print(json.dumps({name: timm.models._registry._model_to_module[name] for name in timm.list_models()}))
