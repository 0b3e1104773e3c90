"""Exports timm's networks for benchmarks: NAME.pt2, with weights filled as the census fills them and an open batch.

    tools/oracle/.venv/bin/python tools/oracle/export_networks.py --out FOLDER NAME…
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle import torchvision_shim  # noqa: F401, E402

import torch  # noqa: E402

from samoyed_oracle.census.program import export  # noqa: E402
from samoyed_oracle.census.record import prepared  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        model, x, _ = prepared(name)
        torch.export.save(export(model, torch.cat([x, x])), options.out / f"{name}.pt2")


if __name__ == "__main__":
    main()
