import io
import json

import numpy as np
import PIL
import pytest
import torch
from PIL import Image
from samoyed_oracle.checking import read_case, recorded_reference
from samoyed_oracle.shapes.checkpoint import held_out, read_checkpoint, read_network
from samoyed_oracle.shapes.outlines import LABELS
from samoyed_oracle.shapes.picture import jpeg
from samoyed_oracle.shapes.training import Settings, accuracy, load
from samoyed_oracle.standin import weights_sha256

FILES = ["shapes.pth", "shapes-legacy.pth"]


@pytest.fixture(scope="module")
def trained(golden):
    return golden / "trained"


@pytest.mark.parametrize("name", FILES)
def test_torch_reads_the_checkpoint(trained, golden, name):
    path = trained / name
    assert path.stat().st_size < 1_000_000
    assert (path.read_bytes()[:2] == b"PK") == (name == "shapes.pth")
    checkpoint = read_checkpoint(path)
    assert list(checkpoint) == ["epoch", "arch", "state_dict", "optimizer", "args"]
    assert checkpoint["args"].seed == Settings().seed
    assert all(key.startswith("module.") for key in checkpoint["state_dict"])
    assert all(tensor.is_contiguous() for tensor in checkpoint["state_dict"].values())
    recorded = recorded_reference(read_case(golden / "cases" / "shapes"))
    assert weights_sha256(read_network(path).state_dict()) == recorded["weightsSha256"]


def test_the_weights_are_trained(trained):
    state = read_network(trained / "shapes.pth").state_dict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            assert tensor > 1000
        elif name.endswith("running_var"):
            assert tensor.std() > 0 and (tensor > 0).all()
        elif name.endswith("running_mean"):
            assert tensor.abs().max() > 0


def test_the_predictions_match_the_accuracy_and_have_a_margin(golden):
    folder = golden / "cases" / "shapes"
    case = read_case(folder)
    logits = np.load(folder / "logits64.npy")
    labels = np.array([image["label"] for image in case["images"]])
    assert case["labels"] == LABELS == (golden / "trained" / "labels.txt").read_text().splitlines()
    assert np.bincount(labels).tolist() == [10] * 10
    assert case["accuracy"] == {"correct": int((logits.argmax(axis=1) == labels).sum()), "total": 100}
    assert case["accuracy"]["correct"] >= 95
    # No prediction is so close that eight times the float32 noise could change it.
    two = np.sort(logits, axis=1)[:, -2:]
    assert (two[:, 1] - two[:, 0]).min() > 2 * 8 * recorded_reference(case)["noise"]["max"]


def test_other_held_out_images_are_recognized(trained):
    model = read_network(trained / "shapes.pth")
    # From number 2,000 on: training printed the accuracy on the earlier ones.
    images, labels = zip(*(jpeg("held-out", index, seed=Settings().seed) for index in range(2000, 2300)), strict=True)
    assert accuracy(model, torch.stack([load(data) for data in images]), torch.tensor(labels)) >= 0.95


def test_the_held_out_images_are_reproduced_from_the_seed(trained, golden):
    pillow = recorded_reference(read_case(golden / "cases" / "shapes"))["environment"]["pillow"]
    if pillow != PIL.__version__:
        pytest.skip(f"drawn with Pillow {pillow}, this is {PIL.__version__}")
    for index in range(100):
        assert (trained / "images" / f"{index:03}.jpg").read_bytes() == held_out(index, seed=Settings().seed)[0], index


def test_splits_and_seeds_do_not_overlap():
    pictures = {
        jpeg(split, index, seed=seed)[0] for split in ("train", "held-out") for index in range(10) for seed in (1, 2)
    }
    assert len(pictures) == 40
    with pytest.raises(ValueError, match="not in"):
        jpeg("test", 0, seed=1)


def test_pictures_vary_as_preprocessing_needs():
    sizes, samplings = set(), set()
    for index in range(40):
        data, label = jpeg("held-out", index, seed=3)
        assert label == index % 10
        assert len(data) < 15_000
        with Image.open(io.BytesIO(data)) as image:
            sizes.add(image.size)
            samplings.add(image.layer[0][1:3])
    assert len(sizes) > 30
    assert samplings == {(1, 1), (2, 1), (2, 2)}


def test_the_labels_are_ten_words():
    assert len(LABELS) == 10
    assert json.dumps(sorted(LABELS)) == json.dumps(LABELS)
