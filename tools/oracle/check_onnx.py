"""ONNX's own checker, for other programs: reads paths of models from standard input, one a line, and answers each with
a line of JSON: `{"ok": true}`, or `{"error": "…"}`.

The check is the full one: every operator, its attributes and its types by ONNX's schemas, and shape inference in strict
mode, against the shapes that the model declares. Weights in a second file are looked for, not read.
"""

import json
import sys

import onnx


def checked(path: str) -> dict:
    try:
        onnx.checker.check_model(path, full_check=True)
    except Exception as error:  # whatever ONNX throws: the caller shows it
        return {"error": f"{type(error).__name__}: {error}"}
    return {"ok": True}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(checked(line.rstrip("\n"))), flush=True)
