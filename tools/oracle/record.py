"""Records the goldens, or checks that they are reproduced.

    tools/oracle/.venv/bin/python tools/oracle/record.py [--check | --add] [CASE…]

Cases are shapes and the folders of golden/cases; without names, all of them. A new stand-in's folder holds a case.json with name,
title, model, checkpoint.kind and the image; recording fills in the rest. The stand-ins need imagenet_classes.txt and dog.jpg in
the folder SAMOYED_ASSETS. --check writes nothing into golden: it records into a temporary folder with the committed
heads and compares hashes exactly and logits within float noise. Exit status 1 when something differs. --add records only
the references that a case.json requests (`stored`, and a budget) and that have no arrays yet.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from samoyed_oracle.assets import ASSETS, imagenet_classes
from samoyed_oracle.checking import differences, read_case, recorded_reference, recorded_references
from samoyed_oracle.recording import write_json
from samoyed_oracle.reference import target_logits
from samoyed_oracle.shapes.case import record_shapes
from samoyed_oracle.standin_case import GOLDEN, read_solved, record_stand_in, sensitivity_table, stand_in_cases

STAND_INS = stand_in_cases()
CASES = ["shapes", *STAND_INS]


def record(name: str) -> None:
    folder = GOLDEN / "cases" / name
    if name == "shapes":
        record_shapes(GOLDEN, folder)
    else:
        case = STAND_INS[name]
        # Solved once: on another processor the head's last bits would differ, and with them the weights.
        record_stand_in(case, folder, solved=read_solved(folder) if (folder / "head.bin").exists() else None)
        write_json(folder / "sensitivity.json", sensitivity_table(case, folder))
    print(f"{name}: recorded, noise {recorded_reference(read_case(folder))['noise']}")


def record_into(name: str, folder: Path) -> None:
    """Records a committed case again, into another folder, with its head."""
    if name == "shapes":
        record_shapes(GOLDEN, folder)
    else:
        record_stand_in(STAND_INS[name], folder, solved=read_solved(GOLDEN / "cases" / name))


def add(name: str, fresh: Path) -> None:
    """Fills in the references that have no arrays, and keeps all others as recorded."""
    folder = GOLDEN / "cases" / name
    case = read_case(folder)
    record_into(name, fresh)
    recorded = {ref.get("stored"): ref for ref in recorded_references(read_case(fresh))}
    for index, reference in enumerate(case["references"]):
        if reference["kind"] == "recorded" and "logits64" not in reference:
            case["references"][index] = recorded[reference["stored"]]
            for key in ("logits64", "logits32", "taps64", "taps32"):
                file = recorded[reference["stored"]][key]
                shutil.copyfile(fresh / file, folder / file)
            print(f"{name}: {reference['stored']} recorded")
    write_json(folder / "case.json", case)


def check(name: str, folder: Path) -> list[str]:
    """Lists what is not reproduced. `folder` is where the case is recorded again."""
    committed = GOLDEN / "cases" / name
    record_into(name, folder)
    found = differences(committed, folder)
    if name == "shapes":
        return found
    head = read_solved(committed).head
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
    parser.add_argument("--add", action="store_true", help="record only the references that have no arrays yet")
    parser.add_argument("--check", action="store_true", help="compare with what is committed, write nothing")
    options = parser.parse_args()
    unknown = set(options.cases) - set(CASES)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; cases are {', '.join(CASES)}")
    failed = False
    for name in options.cases or CASES:
        start = time.monotonic()
        if not options.check and not options.add:
            record(name)
            continue
        with tempfile.TemporaryDirectory() as folder:
            if options.add:
                add(name, Path(folder))
                continue
            found = check(name, Path(folder))
        failed |= bool(found)
        print(f"{name}: {'differs' if found else 'reproduced'} ({time.monotonic() - start:.1f} s)")
        for line in found:
            print(f"  {line}")
    if not options.check and not options.add:
        write_json(GOLDEN / "assets.json", ASSETS)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
