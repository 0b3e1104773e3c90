"""Writes packages/format-pt2/src/lowering/schemas.generated.ts: arguments and defaults of the operators it converts.

A .pt2 file leaves out arguments that have their default, so that a reader needs PyTorch's schemas. The overloads are
those that packages/format-pt2/src/operators/*.ts name, and their counterparts that work in place.

    .venv/bin/python schemas_pt2.py
"""

import json
import re
from pathlib import Path

import torch

from samoyed_oracle import torchvision_shim  # noqa: F401  (before timm)
from samoyed_oracle.architectures import same_padding  # noqa: F401  (registers operators)

PACKAGE = Path(__file__).resolve().parents[2] / "packages" / "format-pt2" / "src"
HEADER = """// Written by tools/oracle/schemas_pt2.py from the schemas of PyTorch {version}. Do not edit.
import type {{ Schema }} from "./schema.ts";

/** Arguments and defaults by overload. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {{
"""


def default_of(argument):
    value = argument.default_value
    if isinstance(value, float) and abs(value) == float("inf"):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, (list, tuple)):
        return list(value)
    return value


def describe(schema):
    required = [a.name for a in schema.arguments if not a.has_default_value()]
    defaults = {a.name: default_of(a) for a in schema.arguments if a.has_default_value()}
    return {"required": required, "defaults": defaults}


def main():
    names = set()
    for file in sorted((PACKAGE / "operators").glob("*.ts")):
        names |= set(re.findall(r'^  "((?:samoyed\.)?[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+)":', file.read_text(), re.M))
    schemas = {}
    for schema in torch._C._jit_get_all_schemas():
        namespace, _, operator = schema.name.partition("::")
        if namespace in ("aten", "samoyed"):
            prefix = "" if namespace == "aten" else f"{namespace}."
            schemas[f"{prefix}{operator}.{schema.overload_name or 'default'}"] = schema
    lines, unknown = [], []
    for name in sorted(names):
        operator, overload = name.rsplit(".", 1)
        if name not in schemas:
            unknown.append(name)
            continue
        for variant in (name, f"{operator}_.{overload}"):
            if variant in schemas:
                lines.append(f"  {json.dumps(variant)}: {json.dumps(describe(schemas[variant]))},\n")
    if unknown:
        raise SystemExit(f"PyTorch has no operator {unknown}")
    text = HEADER.format(version=torch.__version__.split("+")[0]) + "".join(lines) + "};\n"
    (PACKAGE / "lowering" / "schemas.generated.ts").write_text(text)


if __name__ == "__main__":
    main()
