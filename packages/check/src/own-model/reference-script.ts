/**
 * The Python script that writes a reference file (`readReference`) in the user's own environment. It needs PyTorch and
 * NumPy; timm and Pillow only for timm's networks and images.
 */
export const REFERENCE_SCRIPT = `"""Writes what PyTorch gives for a model, for: samoyed check MODEL --reference reference.safetensors

    python reference.py --timm resnet18 --checkpoint model.pth photo.jpg other.jpg

For a network of your own, change network() and inputs() below. Needs torch and numpy; timm and pillow as they are now.
"""

import argparse
import json
import struct

import numpy
import torch


def network(options):
    """Your network, in evaluation mode, with its weights."""
    import timm

    arguments = {} if options.classes is None else {"num_classes": options.classes}
    if options.checkpoint:
        return timm.create_model(options.timm, checkpoint_path=options.checkpoint, **arguments).eval()
    return timm.create_model(options.timm, pretrained=True, **arguments).eval()


def inputs(options, model):
    """One dictionary of tensors for each run, by the names of the model's inputs, each with a batch of 1."""
    import timm.data
    from PIL import Image

    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))
    return [{"input": transform(Image.open(path).convert("RGB"))[None]} for path in options.images]


def named(outputs):
    """Outputs by name: a dictionary keeps its own, a lone tensor is the logits."""
    if isinstance(outputs, torch.Tensor):
        return {"logits": outputs}
    if isinstance(outputs, dict):
        return dict(outputs)
    return {f"output{index}": value for index, value in enumerate(outputs)}


def write(path, tensors, metadata):
    """A .safetensors file: the length of its header, the header, the elements."""
    types = {"float64": "F64", "float32": "F32", "int64": "I64", "int32": "I32", "uint8": "U8", "bool": "BOOL"}
    header, at = {"__metadata__": metadata}, 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": types[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for array in tensors.values():
            file.write(array.tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+")
    parser.add_argument("--timm", help="timm's name of the network")
    parser.add_argument("--checkpoint", help="its weights; timm's published ones without it")
    parser.add_argument("--classes", type=int, help="how many classes it has")
    parser.add_argument("--out", default="reference.safetensors")
    options = parser.parse_args()
    model = network(options)
    runs = inputs(options, model)
    tensors = {}

    def keep(kind, run, values):
        for name, value in values.items():
            tensors[f"{kind}.{run}.{name}"] = numpy.ascontiguousarray(value.detach().numpy())

    with torch.no_grad():
        for run, given in enumerate(runs):
            keep("input", run, given)
            keep("output32", run, named(model(**given) if len(given) > 1 else model(*given.values())))
        model = model.double()
        for run, given in enumerate(runs):
            wide = {name: value.double() if value.is_floating_point() else value for name, value in given.items()}
            keep("output64", run, named(model(**wide) if len(wide) > 1 else model(*wide.values())))
    write(options.out, tensors, {"samoyed.reference": "1", "torch": torch.__version__})
    print(f"{options.out}: {len(runs)} runs")


if __name__ == "__main__":
    main()
`;
