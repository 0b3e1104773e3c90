"""Records the goldens, or checks that they can be recorded again.

    tools/oracle/.venv/bin/python tools/oracle/record.py [--check] [CASE…]

Cases are shapes and the folders of golden/cases; all without names. A new stand-in's folder holds a case.json with name,
title, model, checkpoint.kind and the image; the rest is filled in. The stand-ins need imagenet_classes.txt and dog.jpg in
the folder SAMOYED_ASSETS. --check writes nothing into golden: it records into a temporary folder with the committed
heads and compares hashes exactly and logits within float noise. Exit status 1 when something differs.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from samoyed_oracle.assets import ASSETS, imagenet_classes
from samoyed_oracle.checking import differences, read_case, recorded_reference
from samoyed_oracle.recording import write_json
from samoyed_oracle.reference import target_logits
from samoyed_oracle.shapes.case import record_shapes
from samoyed_oracle.standin_case import GOLDEN, read_head, record_stand_in, sensitivity_table, stand_in_cases

STAND_INS = stand_in_cases()
CASES = ["shapes", *STAND_INS]


def record(name: str) -> None:
    folder = GOLDEN / "cases" / name
    if name == "shapes":
        record_shapes(GOLDEN, folder)
    else:
        case = STAND_INS[name]
        # A head is solved once: on another processor its last bits would differ, and with them the weights.
        record_stand_in(case, folder, head=read_head(folder) if (folder / "head.bin").exists() else None)
        write_json(folder / "sensitivity.json", sensitivity_table(case, folder))
    print(f"{name}: recorded, noise {recorded_reference(read_case(folder))['noise']}")


def check(name: str, folder: Path) -> list[str]:
    """What is not reproduced, in words. `folder` is where the case is recorded again."""
    committed = GOLDEN / "cases" / name
    if name == "shapes":
        record_shapes(GOLDEN, folder)
        return differences(committed, folder)
    head = read_head(committed)
    record_stand_in(STAND_INS[name], folder, head=head)
    found = differences(committed, folder)
    # The head solves for the target if the logits miss it by no more than the head's own rounding.
    missed = np.abs(np.load(folder / "logits64.npy")[0] - target_logits(imagenet_classes()))
    if not (missed <= np.spacing(np.abs(head))).all():
        found.append(
            f"head.bin: the logits miss the documented probabilities by {missed.max():.3g}, more than rounding"
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--check", action="store_true", help="compare with what is committed, write nothing")
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; cases are {', '.join(CASES)}")
    failed = False
    for name in options.cases or CASES:
        start = time.monotonic()
        if not options.check:
            record(name)
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = check(name, Path(folder))
        failed |= bool(found)
        print(f"{name}: {'differs' if found else 'reproduced'} ({time.monotonic() - start:.1f} s)")
        for line in found:
            print(f"  {line}")
    if not options.check:
        write_json(GOLDEN / "assets.json", ASSETS)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
