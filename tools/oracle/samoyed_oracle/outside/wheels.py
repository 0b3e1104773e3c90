"""Fetches wheels in exact versions with pip, checks their hashes and unpacks them. No code of theirs is run here."""

import hashlib
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wheel:
    name: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Unavailable(Exception):
    """A wheel cannot be fetched here."""


def _file_of(wheel: Wheel, folder: Path) -> Path | None:
    stem = f"{wheel.name.replace('-', '_')}-{wheel.version}-"
    return next((path for path in folder.glob("*.whl") if path.name.startswith(stem)), None)


def _download(wheel: Wheel, folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    only = ["--no-deps", "--only-binary=:all:", "--retries=1", "--timeout=15", "--dest", str(folder)]
    done = subprocess.run([*pip, *only, f"{wheel.name}=={wheel.version}"], capture_output=True, text=True)
    path = _file_of(wheel, folder)
    if done.returncode != 0 or path is None:
        lines = done.stderr.strip().splitlines() or ["pip said nothing"]
        todo = f"Fetch it: python3 -m pip download --no-deps {wheel.name}=={wheel.version} --dest {folder}"
        raise Unavailable(f"pip does not get {wheel}: {lines[-1]}\n{todo}")
    return path


def unpacked(wheel: Wheel, folder: Path) -> Path:
    """The folder of a wheel's files, made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _file_of(wheel, folder) or _download(wheel, folder)
    got = hashlib.sha256(path.read_bytes()).hexdigest()
    if got != wheel.sha256:
        raise ValueError(f"{path.name} has SHA-256 {got}; expected {wheel.sha256}")
    target = folder / path.stem
    if not target.exists():
        with zipfile.ZipFile(path) as archive:
            archive.extractall(target)
    return target
