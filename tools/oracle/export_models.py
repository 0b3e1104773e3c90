"""Writes timm's data on its resnet.py family into packages/models.

    .venv/bin/python export_models.py           writes the files
    .venv/bin/python export_models.py --check   fails if they differ from what it would write

- src/families/resnet/architectures.generated.ts: every entry point's arguments
- fixtures/parameters.json: a hash of each network's state-dict names, dtypes and shapes, and two whole lists
"""

import argparse
import hashlib
import json
import sys
from functools import partial
from pathlib import Path

import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from timm.layers import BlurPool2d
from timm.layers.squeeze_excite import SEModule
from timm.models import _registry as registry
from timm.models import resnet

from samoyed_oracle.corrections import MISSING_ENTRY_POINTS

PACKAGE = Path(__file__).resolve().parents[2] / "packages" / "models"
FAMILY = PACKAGE / "src" / "families" / "resnet"
BLOCKS = {resnet.BasicBlock: "basic", resnet.Bottleneck: "bottleneck"}
AA_LAYERS = {BlurPool2d: "blur", torch.nn.AvgPool2d: "avg"}

WHOLE_LISTS = ("test_resnet", "seresnext26t_32x4d")


def architectures() -> dict[str, dict]:
    """The arguments with which each entry point of resnet.py calls ResNet, in the order of their definition."""
    captured = {}

    def capture(variant, pretrained=False, **arguments):
        captured[variant] = arguments

    original = resnet._create_resnet
    deprecated = registry._module_to_deprecated_models["resnet"]
    names = [name for name in resnet.__all__ if name in registry._module_to_models["resnet"] and name not in deprecated]
    resnet._create_resnet = capture
    try:
        for name in names:
            getattr(resnet, name)()
    finally:
        resnet._create_resnet = original
    if list(captured) != names:
        raise ValueError("an entry point builds a network under another name")
    return captured | MISSING_ENTRY_POINTS


def build(name: str, arguments: dict) -> resnet.ResNet:
    """The real network, without memory for its weights."""
    with torch.device("meta"):
        if name in MISSING_ENTRY_POINTS:
            return resnet.ResNet(**arguments)
        return timm.create_model(name)


def pruned_widths(arguments: dict, model: resnet.ResNet) -> str:
    """Output channels of each convolution that is narrower than the arguments say."""
    with torch.device("meta"):
        whole = dict(resnet.ResNet(**{k: v for k, v in arguments.items() if k != "pruned"}).named_modules())
    return ",".join(
        f"{path}:{module.out_channels}"
        for path, module in model.named_modules()
        if isinstance(module, torch.nn.Conv2d) and module.out_channels != whole[path].out_channels
    )


def architecture_row(name: str, arguments: dict, model: resnet.ResNet) -> str:
    """One line: the name, then `argument=value` under timm's names."""
    fields = [name]
    for key, value in arguments.items():
        if key == "block":
            blocks = value if isinstance(value, list) else [value]
            value = ",".join(BLOCKS[block] for block in blocks)
        elif key in ("layers", "channels"):
            value = ",".join(map(str, value))
        elif key == "aa_layer":
            value = AA_LAYERS[value]
        elif key == "block_args":
            key, attention = "attn_layer", value["attn_layer"]
            if set(value) != {"attn_layer"}:
                raise ValueError(f"{name}: block_args {value}")
            if isinstance(attention, partial):
                if attention.func is not SEModule or set(attention.keywords) != {"rd_ratio"}:
                    raise ValueError(f"{name}: attn_layer {attention}")
                value = f"se:{attention.keywords['rd_ratio']}"
            else:
                value = attention
        elif key == "pruned":
            key, value = "widths", pruned_widths(arguments, model)
        fields.append(f"{key}={value}")
    return " ".join(fields)


def parameters(model: resnet.ResNet) -> list[tuple[str, str, list[int]]]:
    """Names, dtypes and shapes of the state dict, in its order."""
    return [
        (name, str(tensor.dtype).removeprefix("torch."), list(tensor.shape)) for name, tensor in model.state_dict().items()
    ]


def digest(rows) -> str:
    lines = "".join(f"{name} {dtype} {','.join(map(str, shape))}\n" for name, dtype, shape in rows)
    return hashlib.sha256(lines.encode()).hexdigest()


def table_text(rows: list[str]) -> str:
    source = f"timm {timm.__version__}, timm/models/resnet.py"
    return (
        f"// Written by tools/oracle/export_models.py from {source}. Do not edit.\n"
        "\n/** One architecture a line: its name, then the arguments of timm's ResNet. */\n"
        "export const ARCHITECTURE_TABLE: string = `\n" + "\n".join(rows) + "\n`;\n"
    )


def outputs() -> dict[Path, str]:
    """Every file and its text."""
    known = architectures()
    models = {name: build(name, arguments) for name, arguments in known.items()}
    lists = {name: parameters(model) for name, model in models.items()}
    fixture = {
        "timm": timm.__version__,
        "hashes": {name: {"count": len(rows), "sha256": digest(rows)} for name, rows in lists.items()},
        "lists": {name: lists[name] for name in WHOLE_LISTS},
    }
    rows = [architecture_row(name, arguments, models[name]) for name, arguments in known.items()]
    return {
        FAMILY / "architectures.generated.ts": table_text(rows),
        PACKAGE / "fixtures" / "parameters.json": json.dumps(fixture, separators=(",", ":")).replace('],["', '],\n["').replace('},"', '},\n"') + "\n",
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not up to date")
    check = parser.parse_args().check
    stale = [path for path, text in outputs().items() if not path.exists() or path.read_text() != text]
    if check:
        for path in stale:
            print(f"not up to date: {path.relative_to(PACKAGE)}", file=sys.stderr)
        return 1 if stale else 0
    for path, text in outputs().items():
        path.write_text(text)
    print(f"{len(stale)} files changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
