"""Writes timm's pretrained configurations, with its former names, into packages/architectures.

    .venv/bin/python published.py           writes data/published.json.deflate
    .venv/bin/python published.py --check   fails if it differs from what it would write
"""

import argparse
import csv
import inspect
import json
import sys
import zlib
from importlib import import_module
from pathlib import Path

from samoyed_oracle import torchvision_shim  # noqa: F401

import timm
from timm.models import _registry as registry

from samoyed_oracle.corrections import CORRECTED_NAMES, MISSING_ENTRY_POINTS, REMOVED

FILE = Path(__file__).resolve().parents[2] / "packages" / "architectures" / "data" / "published.json.deflate"
# The table that timm publishes in its repository, which its package does not contain.
ACCURACY = Path(__file__).resolve().parent / "imagenet_accuracy.csv"
# That of all files of the package (ARCHITECTURE_VERSION in packages/models).
VERSION = 1


class Table:
    """Distinct values, referred to by their index."""

    def __init__(self):
        self.values: list = []

    def __call__(self, value) -> int:
        if value not in self.values:
            self.values.append(value)
        return self.values.index(value)


def names_of(module) -> list[str]:
    """The architectures of a module, in the order of their definition."""
    short = module.__name__.rsplit(".", 1)[1]
    registered = registry._module_to_models[short]
    former = registry._module_to_deprecated_models[short]
    # Some modules list a name in `__all__` themselves, which registering it appends again.
    known = [name for name in dict.fromkeys(module.__all__) if name in registered and name not in former]
    if set(known) != set(registered) - set(former):
        raise ValueError(f"{short}: {set(registered) - set(former) - set(known)} not in __all__")
    return known + [name for name in MISSING_ENTRY_POINTS if name in getattr(module, "default_cfgs", {})]


def configuration(name: str, module):
    return registry._model_default_cfgs.get(name) or module.default_cfgs[name]



def accuracies() -> dict[tuple, list[float]]:
    """Top-1 and top-5 in percent that timm measured, by checkpoint, input side and crop."""
    with ACCURACY.open() as file:
        return {
            (row["model"], int(row["img_size"]), float(row["crop_pct"])): [float(row["top1"]), float(row["top5"])]
            for row in csv.DictReader(line for line in file if not line.startswith("#"))
        }


def rows(module, measured: dict[tuple, list[float]]) -> list[dict]:
    """All pretrained configurations of a module, the default one of each architecture first."""
    renames = "pretrained_filter_fn" in inspect.getsource(module)
    found = []
    for name in names_of(module):
        default = configuration(name, module)
        for tag in default.tags:
            config = default.cfgs[tag]
            full = f"{name}.{tag}" if tag else name
            if config.label_offset or config.hf_hub_filename or config.file or config.source:
                raise ValueError(f"{full}: {config}")
            if len(config.input_size) != 3 or len(config.mean) != 3 or len(config.std) != 3:
                raise ValueError(f"{full}: not an RGB image: {config}")
            hub = config.hf_hub_id or ""
            shared = [config.interpolation, config.crop_mode, list(config.mean), list(config.std)]
            train = [list(config.input_size), config.crop_pct, *shared]
            test = [list(config.test_input_size or config.input_size), config.test_crop_pct or config.crop_pct, *shared]
            found.append(
                dict(
                    name=full,
                    classes=config.num_classes,
                    license=config.license or "unknown",
                    preprocess=train,
                    accuracy=measured.get((full, config.input_size[1], config.crop_pct), 0),
                    test=test if config.test_input_size or config.test_crop_pct else None,
                    hub=hub + full if hub.endswith("/") else hub,
                    url=config.url or "",
                    # How timm loads the file at the URL; files on the hub have timm's own names.
                    renamed=bool(config.url) and (renames or bool(config.custom_load)),
                )
            )
    return found


def former_names(known: set[str]) -> list[list[str]]:
    """Pairs of a former name and its present one, which may have no tag."""
    former = {name: present for name, present in registry._deprecated_models.items() if present} | CORRECTED_NAMES
    without = {name: present for name, present in former.items() if present not in known}
    if without != REMOVED:
        raise ValueError(f"former names of no checkpoint: {without}")
    return [[name, present] for name, present in former.items() if name not in REMOVED]


def document() -> dict:
    modules = [import_module(f"timm.models.{module}") for module in sorted(registry._module_to_models)]
    measured = accuracies()
    all_rows = [row for module in modules for row in rows(module, measured)]
    names = [row["name"] for row in all_rows]
    twice = {name for name in names if names.count(name) > 1}
    missing = set(timm.list_pretrained()) - set(names)
    if twice or missing:
        raise ValueError(f"checkpoints that appear twice: {twice}; that are missing: {missing}")
    normalizations, licenses, preprocess, folders = Table(), Table(), Table(), Table()

    def setting(config) -> int:
        size, crop, interpolation, mode, mean, std = config
        return preprocess([size, crop, interpolation, mode, normalizations([mean, std])])

    keys = ("name", "classes", "license", "preprocess", "test", "hub", "url", "renamed", "accuracy")
    columns = {key: [] for key in keys}
    for row in all_rows:
        folder, slash, file = row["url"].rpartition("/")
        columns["name"].append(row["name"])
        columns["classes"].append(row["classes"])
        columns["license"].append(licenses(row["license"]))
        columns["preprocess"].append(setting(row["preprocess"]))
        columns["test"].append(-1 if row["test"] is None else setting(row["test"]))
        columns["hub"].append(row["hub"] and (1 if row["hub"] == f"timm/{row['name']}" else row["hub"]) or 0)
        columns["url"].append([folders(folder + slash), file] if row["url"] else 0)
        columns["renamed"].append(int(row["renamed"]))
        columns["accuracy"].append(row["accuracy"])
    known = set(names) | {name.split(".")[0] for name in names}
    return {
        "version": VERSION,
        "source": f"timm {timm.__version__}",
        "normalizations": normalizations.values,
        "licenses": licenses.values,
        "preprocess": preprocess.values,
        "folders": folders.values,
        "checkpoints": columns,
        "formerNames": former_names(known),
        "removedNames": sorted({*REMOVED, *REMOVED.values()}),
    }


def compressed() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = json.dumps(document(), separators=(",", ":"))
    return packer.compress(text.encode()) + packer.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the file is not up to date")
    check = parser.parse_args().check
    data = compressed()
    if check:
        current = FILE.exists() and FILE.read_bytes() == data
        if not current:
            print(f"not up to date: {FILE.name}", file=sys.stderr)
        return 0 if current else 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(data)
    print(f"{len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
