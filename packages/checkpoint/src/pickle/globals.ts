import { FormatError, UnsupportedError } from "@samoyed/core";
import type { PickleHandlers } from "./machine.ts";
import {
  describeValue,
  PyGlobal,
  PyParameter,
  PyRecord,
  PyTensor,
  PyTuple,
  type PyValue,
  type Where,
} from "./values.ts";
import {
  buildParameter,
  makeDefaultDictionary,
  makeDictionary,
  makeParameter,
  makeRecord,
  makeSize,
  type Rebuild,
  rebuildFromType,
  rebuildParameter,
  rebuildQuantized,
  rebuildSparse,
  rebuildTensor,
  rebuildTensorV2,
  rebuildTensorV3,
} from "./rebuild.ts";

/** What may be called, by module and name: the structure of checkpoints, and nothing that acts. */
const STRUCTURAL: ReadonlyMap<string, Rebuild> = new Map<string, Rebuild>([
  ["collections OrderedDict", makeDictionary],
  ["collections Counter", makeDictionary],
  ["collections defaultdict", makeDefaultDictionary],
  ["torch Size", makeSize],
  ["torch device", makeRecord],
  ["torch.serialization _get_layout", makeRecord],
  ["torch.nn.parameter Parameter", makeParameter],
  ["torch._utils _rebuild_tensor", rebuildTensor],
  ["torch._utils _rebuild_tensor_v2", rebuildTensorV2],
  ["torch._utils _rebuild_tensor_v3", rebuildTensorV3],
  ["torch._utils _rebuild_parameter", rebuildParameter],
  ["torch._utils _rebuild_parameter_with_state", rebuildParameter],
  ["torch._utils _rebuild_qtensor", rebuildQuantized],
  ["torch._utils _rebuild_sparse_tensor", rebuildSparse],
  ["torch._utils _rebuild_sparse_csr_tensor", rebuildSparse],
  ["torch._tensor _rebuild_from_type_v2", rebuildFromType((key) => STRUCTURAL.get(key))],
  // Its module until 1.9 (PyTorch 2.13, `torch/serialization.py`, `load_module_mapping`).
  ["torch.tensor _rebuild_from_type_v2", rebuildFromType((key) => STRUCTURAL.get(key))],
]);

/**
 * What training scripts leave in checkpoints: described, never made. The built-in containers are those that
 * PyTorch's own `weights_only` reader lists (2.13, `torch/_weights_only_unpickler.py`).
 */
const INERT: ReadonlySet<string> = new Set([
  "numpy dtype",
  "numpy ndarray",
  "numpy.core.multiarray scalar",
  "numpy.core.multiarray _reconstruct",
  "numpy.core.numeric _frombuffer",
  "numpy._core.multiarray scalar",
  "numpy._core.multiarray _reconstruct",
  "numpy._core.numeric _frombuffer",
  "argparse Namespace",
  "_codecs encode",
  ...["pathlib", "pathlib._local"].flatMap((module) =>
    ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"].map(
      (name) => `${module} ${name}`,
    ),
  ),
  ...["datetime", "date", "time", "timedelta", "timezone"].map((name) => `datetime ${name}`),
  ...["builtins", "__builtin__"].flatMap((module) =>
    ["set", "frozenset", "complex", "bytearray"].map((name) => `${module} ${name}`),
  ),
]);

/** TorchScript's containers: the first argument is the value, the second its type's name. */
const TORCHSCRIPT: ReadonlySet<string> = new Set(
  ["build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "restore_type_tag"].map(
    (name) => `torch.jit._pickle ${name}`,
  ),
);

/** Options of `pickleHandlers`. */
export interface HandlerOptions {
  readonly persistent: PickleHandlers["persistent"];
  /** Whether objects of classes under `__torch__` are described: TorchScript's modules. */
  readonly torchscript?: boolean;
}

/** The calls that checkpoints may make. Every name is compared whole, as a module and a name. */
export function pickleHandlers(options: HandlerOptions): PickleHandlers {
  return {
    persistent: options.persistent,
    call(callable, args, where) {
      if (!(callable instanceof PyGlobal)) {
        throw new FormatError(`${where()} calls ${describeValue(callable)}`);
      }
      if (!(args instanceof PyTuple)) {
        throw new FormatError(`${where()} calls ${callable.path} with ${describeValue(args)}; expected a tuple`);
      }
      const rebuild = STRUCTURAL.get(callable.key);
      if (rebuild !== undefined) {
        return rebuild(args.items, where, callable);
      }
      if (options.torchscript === true && TORCHSCRIPT.has(callable.key)) {
        return args.items[0] ?? null;
      }
      if (INERT.has(callable.key) || (options.torchscript === true && isTorchScriptClass(callable))) {
        return new PyRecord(callable, args.items);
      }
      throw new UnsupportedError(`${where()} calls ${callable.path}, which is not on the list of allowed calls`, {
        hint: "Samoyed executes nothing from a checkpoint. In Python, save only `model.state_dict()`.",
        details: { global: callable.path },
      });
    },
    build(target, state, where) {
      if (target instanceof Map || target instanceof PyTensor) {
        // Attributes beside the items or values, such as a state dict's `_metadata`.
        return target;
      }
      if (target instanceof PyParameter) {
        // The memo may hold the empty parameter, and hand it out again.
        target.tensor = buildParameter(state, where);
        return target;
      }
      if (target instanceof PyRecord) {
        target.state = state;
        return target;
      }
      throw new FormatError(`${where()} on ${describeValue(target)}, which takes no state`);
    },
  };
}

function isTorchScriptClass({ module }: PyGlobal): boolean {
  return module === "__torch__" || module.startsWith("__torch__.");
}

/** Handlers for a pickle of plain values, with nothing stored elsewhere. */
export function plainHandlers(): PickleHandlers {
  return pickleHandlers({
    persistent: (id: PyValue, where: Where) => {
      throw new FormatError(`${where()} refers to ${describeValue(id)}; nothing is stored beside this pickle`);
    },
  });
}
