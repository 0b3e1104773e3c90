"""Exports every network that timm registers, without weights, into a folder that Samoyed's own command then converts.

    tools/oracle/.venv/bin/python tools/oracle/architectures.py [--taps] [--fixed] [--out FOLDER] [NAME…]

A network that has a file is left alone, so the command can be interrupted; a named network is exported anew. One
that cannot be exported has a file that says why. --taps exports the feature maps of `features_only`, too, in a second
round. --fixed leaves no size open but the batch: for networks that Samoyed converts for one size only.
"""

import argparse
import gc
import gzip
import json
import logging
import signal
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle import torchvision_shim  # noqa: F401, E402

import timm  # noqa: E402

from samoyed_oracle.architectures.export import export_network, export_taps  # noqa: E402

ROOT = Path(__file__).resolve().parent / ".cache" / "architectures"
LIMIT_SECONDS = 900


def write(path: Path, document: dict) -> None:
    """Whole or not at all; the same bytes every time."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as out:
        out.write(json.dumps(document, separators=(",", ":")).encode())
    partial.rename(path)


def in_time(function, name: str) -> dict:
    """Of processor time: a machine that is busy with other work must not decide which networks can be exported."""

    def stop(_signal, _frame):
        raise TimeoutError(f"more than {LIMIT_SECONDS} s of processor time")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_SECONDS)
    try:
        return function(name)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--taps", action="store_true")
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT)
    options = parser.parse_args()
    unknown = set(options.names) - set(timm.list_models())
    if unknown:
        parser.error(f"no such network: {', '.join(sorted(unknown))}")
    # PyTorch says at length which conditions on sizes it cannot solve.
    logging.getLogger("torch").setLevel(logging.CRITICAL)
    options.out.mkdir(parents=True, exist_ok=True)
    function, ending = (export_taps, ".taps.json.gz") if options.taps else (export_network, ".json.gz")
    for name in options.names or timm.list_models():
        path = options.out / f"{name}{ending}"
        if path.exists() and not options.names:
            continue
        start = time.process_time()
        try:
            document = in_time(partial(function, may_open=not options.fixed), name)
            text = f"{len(document['program']['graph_module']['graph']['nodes'])} nodes{', open' if document['open'] else ''}"
        except Exception as error:  # whatever PyTorch or timm throw: the file says it
            text = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
            document = {"name": name, "refused": text}
        write(path, document)
        print(f"{name}: {text} ({time.process_time() - start:.1f} s)", flush=True)
        gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
