"""Records a stand-in's case: seeded weights, solved signs and head, PyTorch's output.

The cases are defined in `golden/cases`, not here: a new one begins as a case.json with the fields of `StandInCase`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import samoyed_oracle.torchvision_shim  # noqa: F401
import timm
import torch
from timm.data import resolve_data_config

from .assets import asset, file_sha256, imagenet_classes
from .recording import image_keys, load_input, logits, noise, preprocess_config, write_json
from .reference import TOLERANCE, documented, target_logits
from .references import asked_for, write_references
from .sensitivity import sensitivity
from .standin import load_stand_in, pack_signs, unpack_signs, weights_sha256
from .standin_signs import solve_signs

# The seed of a case that names none. Another one is named where this one's network hardly sees one of the mistakes of
# `sensitivity_table`: random weights do not see all alike.
SEED = "samoyed-4"
NOTE = "stand-in weights: seeded, not trained"
GOLDEN = Path(__file__).resolve().parents[3] / "golden"


@dataclass(frozen=True)
class StandInCase:
    """The parts of a new case's case.json that a person writes; recording fills in the rest."""

    name: str
    title: str
    model: str
    seed: str
    images: list[dict]  # {"path": …} from the case's folder, or {"asset": …}; the documented numbers are of the first
    optional: dict  # "sets", "slow", if the case has them
    stored: list[dict]  # ways of storing weights to be recorded as well, with budgets for their drift

    def image_paths(self) -> list[Path]:
        folder = GOLDEN / "cases" / self.name
        return [folder / image["path"] if "path" in image else asset(image["asset"]) for image in self.images]


def stand_in_cases(golden: Path = GOLDEN) -> dict[str, StandInCase]:
    """The cases whose checkpoint is a stand-in, by name."""
    cases = [stand_in_case(path) for path in sorted((golden / "cases").glob("*/case.json"))]
    return {case.name: case for case in cases if case is not None}


def stand_in_case(path: Path) -> StandInCase | None:
    written = json.loads(path.read_text())
    if written["checkpoint"]["kind"] != "stand-in":
        return None
    name = written["name"]
    if name != path.parent.name:
        raise ValueError(f"{path}: the case is called {name}, and its folder {path.parent.name}")
    where = [{key: image[key] for key in ("path", "asset") if key in image} for image in written["images"]]
    seed = written["checkpoint"].get("seed", SEED)
    optional = {key: written[key] for key in ("sets", "slow") if key in written}
    return StandInCase(name, written["title"], written["model"], seed, where, optional, asked_for(path.parent))


@dataclass(frozen=True)
class Solved:
    """What the seed does not give: the norms' signs as `pack_signs` packs them, and the bias of fc, float32 [classes]."""

    signs: bytes
    head: np.ndarray


def backbone(case: StandInCase, signs: bytes | None = None) -> tuple[torch.nn.Module, dict]:
    """The network with its seeded weights, fc.bias still zero, and its preprocessing."""
    model = timm.create_model(case.model, pretrained=False)
    load_stand_in(model, seed=case.seed, negative=None if signs is None else unpack_signs(model, signs))
    return model.eval(), preprocess_config(resolve_data_config({}, model=model))


def set_head(model: torch.nn.Module, head: np.ndarray) -> None:
    with torch.no_grad():
        model.fc.bias.copy_(torch.from_numpy(head))


def read_solved(folder: Path) -> Solved:
    head = np.fromfile(folder / "head.bin", dtype="<f4").astype(np.float32)
    return Solved((folder / "signs.bin").read_bytes(), head)


def solve_head(model: torch.nn.Module, image: torch.Tensor, target: np.ndarray) -> np.ndarray:
    """The bias that makes the model's float64 logits the target: float32 [classes]."""
    if model.fc.bias.abs().max() != 0:
        raise ValueError("the head must still be zero")
    return (target - logits(model, image[None], torch.float64)[0]).astype(np.float32)


def record_stand_in(case: StandInCase, folder: Path, *, solved: Solved | None = None) -> None:
    """Writes case.json, head.bin, signs.bin and the recorded arrays into a folder; solves what is not given."""
    folder.mkdir(parents=True, exist_ok=True)
    classes = imagenet_classes()
    model, config = backbone(case, solved.signs if solved else None)
    inputs = torch.stack([load_input(path, config) for path in case.image_paths()])
    if solved is None:
        signs = pack_signs(solve_signs(model, inputs))
        solved = Solved(signs, solve_head(model, inputs[0], target_logits(classes)))
    solved.head.astype("<f4").tofile(folder / "head.bin")
    (folder / "signs.bin").write_bytes(solved.signs)
    set_head(model, solved.head)
    images = [
        {**image, "sha256": file_sha256(path)} for image, path in zip(case.images, case.image_paths(), strict=True)
    ]
    weights = weights_sha256(model.state_dict())
    taps, recorded = write_references(folder, model, inputs, stored=case.stored)
    write_json(
        folder / "case.json",
        {
            "schema": 1,
            "name": case.name,
            "title": case.title,
            "model": case.model,
            **case.optional,
            "checkpoint": {
                "kind": "stand-in",
                "note": NOTE,
                "seed": case.seed,
                "head": "head.bin",
                "headSha256": file_sha256(folder / "head.bin"),
                "signs": "signs.bin",
                "signsSha256": file_sha256(folder / "signs.bin"),
                "weightsSha256": weights,
            },
            **image_keys(images, inputs),
            "preprocess": config,
            "taps": taps,
            "references": [documented(classes), *recorded],
        },
    )


def sensitivity_table(case: StandInCase, folder: Path) -> dict:
    """Effect of deliberate mistakes on a recorded case, by PyTorch in float32."""
    solved = read_solved(folder)
    model, config = backbone(case, solved.signs)
    set_head(model, solved.head)
    floor = noise(np.load(folder / "logits64.npy"), np.load(folder / "logits32.npy"))["max"]
    rows = sensitivity(model, config, case.image_paths()[0], top=documented(imagenet_classes())["top"], floor=floor)
    return {
        "note": "Informative. How far deliberate mistakes move PyTorch's own answer: 'probability' is the largest "
        "change of the five named probabilities, 'logit' the largest change of any logit, 'noise' that in multiples of the "
        "recorded noise. The tolerances are 0.001 for probabilities, 8 for noise.",
        "tolerance": TOLERANCE,
        "rows": rows,
    }
