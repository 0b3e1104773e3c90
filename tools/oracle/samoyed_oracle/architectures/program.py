"""A network as an exported program with open sizes, and what is around it that no program says."""

import base64
import contextlib
import json
import signal
from collections.abc import Iterator

import torch
from torch._export.serde.serialize import EnumEncoder, ExportedProgramSerializer, _dataclass_to_dict

from samoyed_oracle.architectures.cond_conv import mixed_results
from samoyed_oracle.architectures.same_padding import whole_same_padding
from samoyed_oracle.architectures.without_weights import share_tensors

_BATCH = torch.export.Dim.DYNAMIC
_AUTO = torch.export.Dim.AUTO
# PyTorch's algebra of open sizes can grow without end; 30 s is ten times what it takes for most networks.
_OPEN_SECONDS = 30


class Unfit(Exception):
    """The network cannot be an architecture, and why."""


class Outputs(torch.nn.Module):
    """A network that also returns its pooled features: what timm returns with `num_classes=0`.

    They are what enters the classifier, where that is one module and gives the answer as it is; else a network
    without a classifier, which shares all weights, computes them once more.
    """

    def __init__(self, model: torch.nn.Module, classifier: str | None, bare: torch.nn.Module | None) -> None:
        super().__init__()
        self.model, self.classifier, self.bare = model, classifier, bare

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        if self.bare is not None:
            return self.model(x), self.bare(x)
        if self.classifier is None:
            return (self.model(x),)
        captured = []
        hook = self.model.get_submodule(self.classifier).register_forward_hook(
            lambda _module, arguments, output: captured.extend((arguments[0], output))
        )
        try:
            logits = self.model(x)
        finally:
            hook.remove()
        if len(captured) != 2 or captured[1] is not logits:
            raise Unfit("its answer is not what its classifier returns")
        return logits, captured[0]


class Taps(torch.nn.Module):
    """The feature maps of timm's `features_only`, computed with the modules of a network."""

    def __init__(self, model: torch.nn.Module, features: torch.nn.Module) -> None:
        super().__init__()
        paths = {path.replace(".", "_"): path for path, _ in model.named_modules()}
        for name, child in list(features.named_children()):
            if name == "model":
                features.model = model
            elif name == "body":
                share_tensors(child, model)
            elif name in paths:
                features._modules[name] = model.get_submodule(paths[name])
            elif next(child.parameters(), None) is not None:
                raise Unfit(f"its feature maps are computed by {name}, which it does not have")
        self.model, self.bare = model, features

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.bare(x))


# Multiples that sides may have to be, and sides at which guards are tried.
_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_SIDES = (32, 33, 48, 64, 65, 72, 96, 97, 128, 160, 191, 192, 224, 225, 240, 256, 288, 300, 320, 384, 448, 500, 512, 640)


class _Image:
    """What a guard asks of the input."""

    def __init__(self, *sizes: int) -> None:
        self._sizes = sizes

    def size(self) -> tuple[int, ...]:
        return self._sizes


def _open_sides(guards: list[str], size: tuple[int, ...]) -> dict | None:
    """The sides for which a program holds: multiples of one number from a least one on; None for its own only.

    A guard is a decision that the network took at its own size, or a condition without which PyTorch raises an error.
    """
    channels, *own = size
    # The text is PyTorch's own.
    compiled = [compile(guard, "guard", "eval") for guard in dict.fromkeys(guards)]

    def holds(height: int, width: int) -> bool:
        scope = {"L": {"x": _Image(2, channels, height, width)}, "max": max, "min": min, "Max": max, "Min": min}
        return all(eval(guard, scope) for guard in compiled)  # noqa: S307

    good = {(h, w): holds(h, w) for h in _SIDES for w in _SIDES}
    for multiple in _MULTIPLES:
        if any(side % multiple for side in own):
            continue
        sides = [side for side in _SIDES if side % multiple == 0]
        least = None
        for start in sides:
            rest = [side for side in sides if side >= start]
            if all(good[h, w] for h in rest for w in rest):
                least = start
                break
        if least is not None and least <= min(own):
            return {"multiple": multiple, "least": least}
    return None


def _encode(tensor: torch.Tensor) -> dict:
    data = tensor.detach().contiguous().numpy()
    return {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "data": base64.b64encode(data.tobytes()).decode(),
    }


def _own_names(module: torch.nn.Module) -> dict[str, str]:
    """The name that each tensor of `Outputs` or `Taps` has in the network's own state dict."""
    own = {id(value): name for name, value in module.model.named_parameters(remove_duplicate=False)}
    own |= {id(value): name for name, value in module.model.named_buffers(remove_duplicate=False)}
    tensors = [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]
    return {name: own.get(id(value), name) for name, value in tensors}


def _without_metadata(value):
    if isinstance(value, dict):
        return {key: {} if key == "metadata" else _without_metadata(item) for key, item in value.items()}
    return [_without_metadata(item) for item in value] if isinstance(value, list) else value


def _rename_weights(signature: dict, names: dict[str, str]) -> None:
    for spec in signature["input_specs"]:
        for kind, field in (("parameter", "parameter_name"), ("buffer", "buffer_name")):
            if kind in spec:
                spec[kind][field] = names.get(spec[kind][field], spec[kind][field])


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after so many seconds of processor time; 0 for no limit."""

    def stop(_signal, _frame):
        raise TimeoutError(f"more than {seconds} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _traced(module: torch.nn.Module, size: tuple[int, ...], *, open_image: bool) -> tuple:
    """The exported program, and what `torch.export.save` would write of it."""
    sizes = {0: _BATCH, **({2: _AUTO, 3: _AUTO} if open_image else {})}
    with torch.no_grad(), whole_same_padding(), mixed_results():
        exported = torch.export.export(module, (torch.empty(2, *size),), dynamic_shapes={"x": sizes})
    for node in exported.graph_module.graph.nodes:
        for key in ("stack_trace", "nn_module_stack", "source_fn_stack", "torch_fn", "from_node"):
            node.meta.pop(key, None)
    serialized = ExportedProgramSerializer().serialize(exported).exported_program
    return exported, json.loads(json.dumps(_dataclass_to_dict(serialized), cls=EnumEncoder, allow_nan=False))


def export(module: torch.nn.Module, size: tuple[int, ...], *, open_image: bool) -> dict:
    """The program of a module of one image input [batch, *size], as JSON, and the constants that it reads.

    `open` says for which heights and widths: where PyTorch exports it so, those at which it would decide alike.
    """
    try:
        with _limited(_OPEN_SECONDS if open_image else 0):
            exported, top = _traced(module, size, open_image=open_image)
    except Exception as error:
        # PyTorch cannot solve, or store, every network's conditions on its sizes.
        if open_image and not isinstance(error, Unfit):
            return export(module, size, open_image=False)
        raise
    guards = top.pop("guards_code") or []
    opened = _open_sides(guards, size) if open_image and len(top["range_constraints"]) > 1 else None
    if open_image and opened is None and len(top["range_constraints"]) > 1:
        return export(module, size, open_image=False)
    root = [entry for entry in top["graph_module"]["module_call_graph"] if entry["fqn"] == ""]
    top["graph_module"] = {**top["graph_module"], "module_call_graph": root, "metadata": {}}
    names = _own_names(module)
    _rename_weights(top["graph_module"]["signature"], names)
    persistent = set(module.model.state_dict())
    constants = {
        names.get(name, name): _encode(tensor)
        for name, tensor in exported.constants.items()
        if isinstance(tensor, torch.Tensor) and names.get(name, name) not in persistent
    }
    return {"program": _without_metadata(top), "constants": constants, "open": opened}
