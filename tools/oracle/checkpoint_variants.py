"""Makes checkpoints the way people make them, with what PyTorch computes for each: what tools/sweep-checkpoints.mjs converts.

    tools/oracle/.venv/bin/python tools/oracle/checkpoint_variants.py FOLDER [--sample N] [--list] [NAME…]

FOLDER/NAME/files has the checkpoint as its library writes it; case.json beside it says what a conversion must do: be right,
or be refused with a cure. One that is there is left alone, so the command can be interrupted; a named one is made anew.
Some need libraries that the oracle does not: checkpoint_libraries.txt says how they are added. Without them these kinds are
not made, and the last line says so. Nothing here is committed.
"""

import argparse
import logging
import os
import shutil
import sys
import time
import warnings
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / ".cache" / "libraries")]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import samoyed_oracle.torchvision_shim  # noqa: F401, E402
import torch  # noqa: E402
from samoyed_oracle.variants import every  # noqa: E402
from samoyed_oracle.variants.case import VARIANTS, Case  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="make every N-th only")
    parser.add_argument("--list", action="store_true", help="list the names and make nothing")
    options = parser.parse_args()
    assert every
    if options.list or options.folder is None:
        print("\n".join(VARIANTS))
        return 0
    unknown = set(options.names) - set(VARIANTS)
    if unknown:
        parser.error(f"no such checkpoint: {', '.join(sorted(unknown))}")
    torch.set_num_threads(1)
    chosen = options.names or list(VARIANTS)[:: options.sample]
    lacking: set[str] = set()
    failed: list[str] = []
    made = skipped = 0
    for name in chosen:
        variant = VARIANTS[name]
        folder = options.folder / name
        missing = variant.missing()
        if missing:
            lacking.update(missing)
            skipped += 1
            continue
        if (folder / "case.json").exists() and not options.names:
            made += 1
            continue
        shutil.rmtree(folder, ignore_errors=True)
        start = time.process_time()
        try:
            variant.make(Case(variant, folder))
        except Exception as error:  # whatever a library throws: the others are still made
            failed.append(name)
            print(f"{name}: {type(error).__name__}: {str(error).strip()[:300]}", file=sys.stderr, flush=True)
            continue
        made += 1
        print(f"{name} ({time.process_time() - start:.1f} s)", flush=True)
    without = f"; {skipped} not made without {', '.join(sorted(lacking))}" if skipped else ""
    print(f"{made} checkpoints{without}" + (f"; {len(failed)} failed" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
