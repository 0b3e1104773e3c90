"""Compares a case recorded again with the committed one: hashes exactly, logits within float noise."""

import json
from pathlib import Path

import numpy as np

from .recording import noise

# Float64 is 2^29 finer than float32, whose noise is near 1e-4: 1e-12 is expected, and 1e-9 is far below any gate.
FLOAT64_TOLERANCE = 1e-9
# Other processors add in a different order; the policy warns above four times the recorded noise.
FLOAT32_NOISE_MULTIPLE = 4


def read_case(folder: Path) -> dict:
    return json.loads((folder / "case.json").read_text())


def recorded_reference(case: dict) -> dict:
    return next(reference for reference in case["references"] if reference["kind"] == "recorded")


def comparable(case: dict) -> dict:
    """A case without the parts that depend on the machine."""
    machine = ("noise", "environment")
    references = [{key: value for key, value in ref.items() if key not in machine} for ref in case["references"]]
    return {**case, "references": references}


def json_differences(committed: object, fresh: object, where: str = "case.json") -> list[str]:
    if isinstance(committed, dict) and isinstance(fresh, dict):
        keys = sorted(committed.keys() | fresh.keys())
        pairs = [(f"{where}.{key}", committed.get(key), fresh.get(key)) for key in keys]
    elif isinstance(committed, list) and isinstance(fresh, list) and len(committed) == len(fresh):
        pairs = [(f"{where}[{index}]", *pair) for index, pair in enumerate(zip(committed, fresh, strict=True))]
    else:
        return [] if committed == fresh else [f"{where}: committed {committed!r}, recorded again {fresh!r}"]
    return [line for name, old, new in pairs for line in json_differences(old, new, name)]


def recorded_references(case: dict) -> list[dict]:
    return [reference for reference in case["references"] if reference["kind"] == "recorded"]


def differences(committed: Path, fresh: Path) -> list[str]:
    """Lists differences between a committed case's folder and a fresh one; empty if it is reproduced."""
    old, new = read_case(committed), read_case(fresh)
    found = json_differences(comparable(old), comparable(new))
    for reference in recorded_references(old):
        found += array_differences(reference, committed, fresh)
    if "taps" in old:
        places = [np.load(folder / old["taps"]["positions"]) for folder in (committed, fresh)]
        if not np.array_equal(*places):
            found.append(f"{old['taps']['positions']}: other places")
    return found


def array_differences(reference: dict, committed: Path, fresh: Path) -> list[str]:
    """Lists differences between the arrays of a committed recording and a fresh one of the same names."""
    found = []
    files = [reference["logits64"], reference["logits32"]]
    old64, old32 = (np.load(committed / file) for file in files)
    new64, new32 = (np.load(fresh / file) for file in files)
    if (old64.dtype, old32.dtype, old64.shape) != (np.float64, np.float32, new64.shape):
        return [f"logits: committed {old64.dtype} and {old32.dtype} {old64.shape}, recorded again {new64.shape}"]
    floor = reference["noise"]
    if noise(old64, old32) != floor:
        found.append(f"noise: the committed arrays give {noise(old64, old32)}, case.json has {floor}")
    found += drifted("logits", (old64, new64), (old32, new32))
    if "taps64" in reference:
        old64, new64 = (np.load(folder / reference["taps64"]) for folder in (committed, fresh))
        old32, new32 = (np.load(folder / reference["taps32"]) for folder in (committed, fresh))
        if old64.shape != new64.shape:
            return [*found, f"taps: committed {old64.shape}, recorded again {new64.shape}"]
        found += drifted("taps", (old64, new64), (old32, new32))
    return found


def drifted(
    what: str, float64: tuple[np.ndarray, np.ndarray], float32: tuple[np.ndarray, np.ndarray]
) -> list[str]:
    """Whether committed and fresh arrays differ by more than float noise: row by row for taps."""
    (old64, new64), (old32, new32) = float64, float32
    found = []
    drift64 = float(np.abs(new64 - old64).max())
    if not drift64 <= FLOAT64_TOLERANCE:
        found.append(f"{what}64: off by {drift64:.3g}; at most {FLOAT64_TOLERANCE} is float noise")
    for old, fresh, exact in [(old32, new32, old64)] if what == "logits" else zip(old32, new32, old64, strict=True):
        floor, drift32 = noise(exact, old)["max"], noise(exact, fresh)["max"]
        if not drift32 <= FLOAT32_NOISE_MULTIPLE * floor:
            found.append(
                f"{what}32: off by {drift32:.3g}; at most {FLOAT32_NOISE_MULTIPLE} x {floor:.3g} is float noise"
            )
    return found
