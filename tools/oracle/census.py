"""Records the census: for the smallest network of each of timm's modules, a case in golden/census.

    tools/oracle/.venv/bin/python tools/oracle/census.py [--sizes] [--check] [NAME…]

Networks are recorded the smallest first, and those that have a case are left alone, so that the command can be
interrupted; a named network is recorded anew. golden/census/networks.json lists the networks; it is made where it is
missing (ten minutes), and says of a network that cannot be a case why not. --check records into a temporary folder and
compares programs, fills and hashes exactly and logits within float noise; exit status 1 when something differs.
--sizes is about the cases of golden/census-sizes instead: some networks at further sizes.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle import torchvision_shim  # noqa: F401, E402

from samoyed_oracle.census.networks import OTHER_SIZES, smallest_networks  # noqa: E402
from samoyed_oracle.census.record import record  # noqa: E402
from samoyed_oracle.checking import array_differences, json_differences  # noqa: E402
from samoyed_oracle.recording import write_json  # noqa: E402

ROOT = Path(__file__).resolve().parents[2] / "golden" / "census"
LIST = ROOT / "networks.json"
SIZES = ROOT.with_name("census-sizes")
MACHINE = ("noise", "environment")


def listed() -> dict:
    if not LIST.exists():
        ROOT.mkdir(parents=True, exist_ok=True)
        write_json(LIST, smallest_networks())
    return json.loads(LIST.read_text())


def note(module: str, **changes: object) -> None:
    """Changes an entry of the list; read again, because another process may have."""
    networks = listed()
    entry = {key: value for key, value in {**networks[module], **changes}.items() if value is not None}
    if entry != networks[module]:
        write_json(LIST, {**networks, module: entry})


def differences(committed: Path, fresh: Path) -> list[str]:
    cases = [json.loads((folder / "case.json").read_text()) for folder in (committed, fresh)]
    fixed = [
        {**case, "reference": {key: value for key, value in case["reference"].items() if key not in MACHINE}}
        for case in cases
    ]
    found = json_differences(*fixed)
    for name in ("program.json.gz", "tensors.json.gz", "stored.bin.gz"):
        files = [folder / name for folder in (committed, fresh)]
        if len({file.exists() for file in files}) > 1:
            found.append(f"{name}: in one of the two only")
        elif files[0].exists() and len({gzip.decompress(file.read_bytes()) for file in files}) > 1:
            found.append(f"{name}: other content")
    return found + array_differences(cases[0]["reference"], committed, fresh)


def reproduced(folder: Path, module: str, name: str, size: tuple[int, ...] | None = None) -> list[str]:
    """The differences of a case from one that is recorded now."""
    with tempfile.TemporaryDirectory() as temporary:
        record(module, name, Path(temporary), size)
        return differences(folder, Path(temporary))


def sizes(names: list[str], *, check: bool) -> int:
    status = 0
    for module, name, size in OTHER_SIZES:
        folder = SIZES / f"{name}-{size[1]}x{size[2]}"
        if names and name not in names:
            continue
        if check:
            found = reproduced(folder, module, name, size)
            status = max(status, 1 if found else 0)
            text = "; ".join(found) or "reproduced"
        else:
            text = f"F {record(module, name, folder, size)['reference']['noise']['max']:.1e}"
        print(f"{folder.name}: {text}", flush=True)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--sizes", action="store_true")
    options = parser.parse_args()
    if options.sizes:
        return sizes(options.names, check=options.check)
    networks = sorted(listed().items(), key=lambda item: item[1]["parameters"])
    unknown = set(options.names) - {network["name"] for _, network in networks}
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}")
    status = 0
    for module, network in networks:
        name = network["name"]
        folder = ROOT / name
        recorded = (folder / "case.json").exists()
        asked = name in options.names if options.names else recorded == options.check and "unfit" not in network
        if not asked:
            continue
        start = time.monotonic()
        try:
            if options.check:
                found = reproduced(folder, module, name)
                status = max(status, 1 if found else 0)
                text = "; ".join(found) or "reproduced"
            else:
                case = record(module, name, folder)
                note(module, unfit=None)
                text = f"recorded at {case['input'][2]}, F {case['reference']['noise']['max']:.1e}, {len(case['idle'])} idle"
        except Exception as error:  # whatever PyTorch or timm throw: the list says it
            text = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
            status = 1
            if not options.check:
                note(module, unfit=text)
        print(f"{module} {name}: {text} ({time.monotonic() - start:.0f} s)", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
