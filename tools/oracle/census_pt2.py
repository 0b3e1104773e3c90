"""Exports the smallest network of each of timm's modules with torch.export, for `node tools/census-pt2.mjs FOLDER`.

    python census_pt2.py FOLDER [--list] [--only MODULE…]

For each module FOLDER gets NAME.pt2 (seeded weights and statistics, the batch dynamic), NAME.input.npy (float32) and
NAME.output.npy (the logits in float64, one flat array for all outputs), and NAME.error.txt where PyTorch does not
export it. What is there already is left alone, so that the command can be interrupted. `--list` prints the networks
(module, name, parameters), which are found on the meta device; they are kept in FOLDER/networks.json.
"""

import argparse
import gc
import json
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from samoyed_oracle import torchvision_shim  # noqa: F401, E402

import numpy as np  # noqa: E402
import timm  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)


def smallest_networks():
    """The name with the fewest parameters of every module that registers a network."""
    found = {}
    for module in timm.list_modules():
        for name in timm.list_models(module=module):
            try:
                with torch.device("meta"):
                    model = timm.create_model(name)
            except Exception:  # a network that needs real tensors while it is built
                model = timm.create_model(name)
            size = sum(parameter.numel() for parameter in model.parameters())
            if module not in found or size < found[module][1]:
                found[module] = (name, size)
            del model
    return {module: {"name": name, "parameters": size} for module, (name, size) in sorted(found.items())}


def seed_weights(model):
    """Replaces what an initializer sets to a constant, so that no branch is switched off and no statistic is trivial."""
    generator = torch.Generator().manual_seed(20)
    uniform = lambda tensor, low, high: tensor.uniform_(low, high, generator=generator)  # noqa: E731
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.numel() > 1 and (parameter == parameter.flatten()[0]).all():
                value = float(parameter.flatten()[0])
                if value == 0:
                    uniform(parameter, -0.1, 0.1)
                elif abs(value) < 0.01:
                    uniform(parameter, 0.05, 0.2)
                else:
                    uniform(parameter, 0.8 * value, 1.2 * value)
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                uniform(buffer, -0.1, 0.1)
            elif name.endswith("running_var"):
                uniform(buffer, 0.5, 1.5)


def flatten(output):
    if isinstance(output, torch.Tensor):
        return [output]
    return [tensor for item in output for tensor in flatten(item)]


def export(name, folder):
    torch.manual_seed(10)
    model = timm.create_model(name).eval()
    seed_weights(model)
    size = model.default_cfg["input_size"]
    generator = np.random.default_rng(30)
    x = torch.from_numpy(generator.standard_normal((2, *size)).astype(np.float32))
    with torch.no_grad():
        program = torch.export.export(model, (x,), dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
        torch.export.save(program, folder / f"{name}.part.pt2")
        del program
        gc.collect()
        output = flatten(model.double()(x.double()))
    np.save(folder / f"{name}.input.npy", x.numpy())
    np.save(folder / f"{name}.output.npy", np.concatenate([part.numpy().reshape(-1) for part in output]).astype(np.float64))
    (folder / f"{name}.part.pt2").rename(folder / f"{name}.pt2")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    listed = options.folder / "networks.json"
    if not listed.exists():
        listed.write_text(json.dumps(smallest_networks(), indent=1))
    networks = json.loads(listed.read_text())
    if options.list:
        for module, network in networks.items():
            print(module, network["name"], network["parameters"])
        return
    for module, network in networks.items():
        name = network["name"]
        done = [options.folder / f"{name}.pt2", options.folder / f"{name}.error.txt"]
        if (options.only and module not in options.only) or any(path.exists() for path in done):
            continue
        try:
            export(name, options.folder)
            print(module, name, "exported", flush=True)
        except Exception:
            done[1].write_text(traceback.format_exc())
            print(module, name, "not exported", flush=True)


if __name__ == "__main__":
    main()
