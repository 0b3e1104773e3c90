import json
import os
import re
import shutil

import numpy as np
import pytest
import record
import samoyed_oracle.torchvision_shim  # noqa: F401
import torch
import torchvision
from PIL import Image
from samoyed_oracle.assets import asset, imagenet_classes
from samoyed_oracle.checking import differences, json_differences, read_case, recorded_reference
from samoyed_oracle.recording import softmax
from samoyed_oracle.reference import LOGIT_SHIFT, TOP, target_logits
from samoyed_oracle.sensitivity import INPUT_MISTAKES
from samoyed_oracle.standin import stand_in_tensor, unpack_signs
from samoyed_oracle.standin_case import read_solved, record_stand_in, sensitivity_table, stand_in_cases
from torchvision import transforms

needs_assets = pytest.mark.skipif(
    not os.environ.get("SAMOYED_ASSETS"),
    reason="SAMOYED_ASSETS does not name the folder with dog.jpg and imagenet_classes.txt",
)
STAND_INS = stand_in_cases()
LAYERS = {"18": [2, 2, 2, 2], "50": [3, 4, 6, 3], "101": [3, 4, 23, 3]}


@pytest.mark.parametrize("name", ["shapes", *(pytest.param(name, marks=needs_assets) for name in STAND_INS)])
def test_the_goldens_are_reproduced(name, tmp_path):
    assert record.check(name, tmp_path) == []


def torchvision_network(model: str) -> torch.nn.Module:
    """A network of the SSL family by timm's name, such as resnext101_32x8d.fb_ssl_yfcc100m_ft_in1k."""
    depth, _, groups, width = re.match(r"resne(?:x)?t(\d+)(_(\d+)x(\d+)d)?\.", model).groups()
    resnet = torchvision.models.resnet
    block = resnet.BasicBlock if depth == "18" else resnet.Bottleneck
    return resnet.ResNet(block, LAYERS[depth], groups=int(groups or 1), width_per_group=int(width or 64)).eval()


def role_by_name(name: str, rank: int, *, last: str) -> str:
    if name.startswith("fc."):
        return name
    if name.startswith("layer") and name.endswith(f"{last}.weight"):
        return "bn.last"
    kinds = {
        "weight": "weight",
        "bias": "bias",
        "running_mean": "mean",
        "running_var": "var",
        "num_batches_tracked": "count",
    }
    return "conv" if rank == 4 else f"bn.{kinds[name.split('.')[-1]]}"


@needs_assets
@pytest.mark.parametrize("case", STAND_INS.values(), ids=lambda case: case.name)
def test_another_implementation_gives_the_five_probabilities(case, golden):
    """torchvision's network and its own transforms, not timm's."""
    folder = golden / "cases" / case.name
    committed = read_case(folder)
    network = torchvision_network(case.model)
    solved = read_solved(folder)
    negative = unpack_signs(network, solved.signs)
    last = "bn3" if "layer1.0.bn3.weight" in network.state_dict() else "bn2"
    for name, tensor in network.state_dict().items():
        role = role_by_name(name, tensor.ndim, last=last)
        head = solved.head if role == "fc.bias" else None
        values = stand_in_tensor(name, tuple(tensor.shape), role=role, seed=committed["checkpoint"]["seed"], head=head)
        if role in ("bn.weight", "bn.last", "bn.bias"):
            values[negative[name.rpartition(".")[0]]] *= -1
        tensor.copy_(torch.from_numpy(values))
    with Image.open(case.image_paths()[0]) as image:
        pixels = transforms.Compose(
            [
                transforms.Resize(256, transforms.InterpolationMode.BILINEAR),
                transforms.CenterCrop(224),
                transforms.ToTensor(),
                transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            ]
        )(image.convert("RGB"))
    with torch.inference_mode():
        probabilities = network(pixels[None]).double().softmax(dim=1)[0]

    classes = imagenet_classes()
    best = probabilities.topk(5).indices.tolist()
    assert [classes[index] for index in best] == [label for label, _ in TOP]
    assert probabilities[best].tolist() == pytest.approx([value for _, value in TOP], abs=1e-5, rel=0)

    written = softmax(np.load(folder / "logits32.npy"))[0]
    assert written[best].tolist() == pytest.approx([value for _, value in TOP], abs=1e-5, rel=0)


@needs_assets
def test_the_tail_stays_below_the_fifth_and_decays():
    probabilities = np.exp(target_logits(imagenet_classes()) - LOGIT_SHIFT)
    assert probabilities.sum() == pytest.approx(1, abs=1e-12)
    tail = np.delete(probabilities, [258, 259, 261, 270, 248])
    assert (np.diff(tail) < 0).all()
    assert tail[0] < 0.5 * TOP[-1][1]


@needs_assets
def test_mistakes_move_the_output_by_more_than_the_tolerance(golden):
    """The table is reproduced, and 0.001 distinguishes right from wrong preprocessing."""
    case = STAND_INS["samoyed-drawn"]
    folder = golden / "cases" / case.name
    committed = json.loads((folder / "sensitivity.json").read_text())
    again = {row["mistake"]: row for row in sensitivity_table(case, folder)["rows"]}
    assert again.pop("none")["probability"] < 1e-5
    for row in committed["rows"][1:]:
        fresh = again.pop(row["mistake"])
        assert fresh["logit"] == pytest.approx(row["logit"], rel=0.15), row["mistake"]
        assert fresh["noise"] > 8, row["mistake"]
        if row["mistake"] in INPUT_MISTAKES:
            assert fresh["probability"] > 30 * committed["tolerance"], row["mistake"]
    assert not again


@pytest.fixture
def copied(golden, tmp_path):
    """Two folders with the same small case, to be damaged."""
    for name in ("committed", "fresh"):
        shutil.copytree(golden / "cases" / "samoyed-drawn", tmp_path / name)
    return tmp_path / "committed", tmp_path / "fresh"


def test_a_case_equals_itself(copied):
    assert differences(*copied) == []


def change_logit(folder, bits, by):
    values = np.load(folder / f"logits{bits}.npy")
    values[0, 7] += by
    np.save(folder / f"logits{bits}.npy", values)


@pytest.mark.parametrize(
    ("bits", "by", "word"), [(64, 1e-8, "1e-08"), (32, 1e-3, "0.00"), (64, np.nan, "nan"), (32, np.nan, "nan")]
)
def test_a_drifted_logit_is_found(copied, bits, by, word):
    change_logit(copied[1], bits, by)
    (line,) = differences(*copied)
    assert line.startswith(f"logits{bits}: off by {word}")


def test_a_tampered_golden_is_found(copied):
    change_logit(copied[0], 32, 1e-3)
    assert [line.split(":")[0] for line in differences(*copied)] == ["noise"]


def test_a_changed_case_file_is_found(copied):
    path = copied[1] / "case.json"
    case = json.loads(path.read_text())
    case["inputSha256"][0] = "0" * 64
    case["references"][0]["top"][0]["probability"] = 0.6425
    recorded_reference(case)["environment"]["cpu"] = "another"
    path.write_text(json.dumps(case))
    names = [line.split(":")[0] for line in differences(*copied)]
    assert names == ["case.json.inputSha256[0]", "case.json.references[0].top[0].probability"]
    assert json_differences([1], [1, 2]) == ["case.json: committed [1], recorded again [1, 2]"]


@pytest.mark.parametrize(("damage", "status", "word"), [(False, 0, "shapes: reproduced"), (True, 1, "shapes: differs")])
def test_the_check_command_says_so(golden, tmp_path, monkeypatch, capsys, damage, status, word):
    shutil.copytree(golden, tmp_path / "golden")
    if damage:
        labels = tmp_path / "golden" / "trained" / "labels.txt"
        labels.write_text(labels.read_text().replace("heart", "cushion"))
    monkeypatch.setattr(record, "GOLDEN", tmp_path / "golden")
    monkeypatch.setattr("sys.argv", ["record.py", "--check", "shapes"])
    assert record.main() == status
    output = capsys.readouterr().out
    assert word in output
    assert ("case.json.labels[5]: committed 'heart', recorded again 'cushion'" in output) == damage


def test_the_command_refuses_an_unknown_case(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["record.py", "samoyd"])
    with pytest.raises(SystemExit):
        record.main()
    # argparse wraps the line.
    assert "no case samoyd; cases are shapes, samoyed, samoyed-drawn" in " ".join(capsys.readouterr().err.split())


@needs_assets
def test_a_new_case_begins_with_five_keys(tmp_path, golden):
    committed = read_case(golden / "cases" / "samoyed-resnet18")
    written = {key: committed[key] for key in ("name", "title", "model", "sets")}
    written |= {"checkpoint": {"kind": "stand-in"}, "images": [{"path": image["path"]} for image in committed["images"]]}
    folder = tmp_path / "cases" / committed["name"]
    folder.mkdir(parents=True)
    (folder / "case.json").write_text(json.dumps(written))
    (case,) = stand_in_cases(tmp_path).values()
    record_stand_in(case, folder)
    recorded = read_case(folder)
    assert recorded.keys() == committed.keys()
    assert recorded["sets"] == ["ssl"]
    # Solved again, the head may differ in its last bits on another processor.
    again, before = read_solved(folder), read_solved(golden / "cases" / committed["name"])
    assert np.abs(again.head - before.head).max() < 1e-5
    assert again.signs == before.signs


def test_a_case_that_is_called_otherwise_than_its_folder_is_refused(tmp_path, golden):
    shutil.copytree(golden / "cases" / "samoyed-resnet18", tmp_path / "cases" / "samoyed-resnet34")
    with pytest.raises(ValueError, match="the case is called samoyed-resnet18, and its folder samoyed-resnet34"):
        stand_in_cases(tmp_path)


def test_an_asset_with_other_bytes_is_refused(tmp_path, monkeypatch):
    (tmp_path / "dog.jpg").write_bytes(b"not a dog")
    monkeypatch.setenv("SAMOYED_ASSETS", str(tmp_path))
    with pytest.raises(ValueError, match="has SHA-256"):
        asset("dog.jpg")
    with pytest.raises(FileNotFoundError, match="does not exist; download it from"):
        asset("imagenet_classes.txt")
    monkeypatch.delenv("SAMOYED_ASSETS")
    with pytest.raises(FileNotFoundError, match="set SAMOYED_ASSETS"):
        asset("dog.jpg")
