import { FormatError, quote } from "@samoyed/core";
import { isActing } from "./acting-calls.ts";
import type { PickleHandlers } from "./machine.ts";
import { buildArray, NUMPY, rebuildFromNumpy, textEncoder } from "./numpy.ts";
import { plainValues } from "./plain-values.ts";
import {
  describeValue,
  PyArray,
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
  rebuildMeta,
  rebuildParameter,
  rebuildQuantized,
  rebuildSparse,
  rebuildTensor,
  rebuildTensorV2,
  rebuildTensorV3,
} from "./rebuild.ts";

/** What is rebuilt, by module and name: the structure of checkpoints. */
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
  ["torch._utils _rebuild_device_tensor_from_numpy", rebuildFromNumpy],
  ["torch._utils _rebuild_xla_tensor", rebuildFromNumpy],
  ["torch._utils _rebuild_meta_tensor_no_storage", rebuildMeta],
  ["torch._utils _rebuild_sparse_tensor", rebuildSparse],
  ["torch._utils _rebuild_sparse_csr_tensor", rebuildSparse],
  ["torch._tensor _rebuild_from_type_v2", rebuildFromType((key) => STRUCTURAL.get(key))],
  // Its module until 1.9 (PyTorch 2.13, `torch/serialization.py`, `load_module_mapping`).
  ["torch.tensor _rebuild_from_type_v2", rebuildFromType((key) => STRUCTURAL.get(key))],
]);

/**
 * Elements that calls may copy into new containers. A pickle can repeat one call on one list a million times; a
 * checkpoint of 100,000 tensors copies none, because PyTorch fills dictionaries with SETITEMS.
 */
const MAX_COPIED = 1 << 22;

/** A file that wants to do harm may name thousands. */
const MAX_WARNINGS = 8;

/** The name of a record for a call of what another call returned: its arguments are that record, and the call's own. */
export const RESULT_CALLED: PyGlobal = new PyGlobal("", "<call of a result>");

/** TorchScript's containers: the first argument is the value, the second its type's name. */
const TORCHSCRIPT: ReadonlySet<string> = new Set(
  ["build_intlist", "build_tensorlist", "build_doublelist", "build_boollist", "restore_type_tag"].map(
    (name) => `torch.jit._pickle ${name}`,
  ),
);

/** Options of `pickleHandlers`. */
export interface HandlerOptions {
  readonly persistent: PickleHandlers["persistent"];
  /** Reads a storage that the pickle contains: `torch.storage._load_from_bytes`. Without it, the call is described. */
  readonly loadStorage?: (bytes: Uint8Array, where: Where) => PyValue;
  /** Receives a sentence for each name whose call would act in Python. */
  readonly warnings?: string[];
  /** Whether TorchScript's containers are the values in them. */
  readonly torchscript?: boolean;
}

/**
 * Handlers of a pickle's calls. The listed ones rebuild structure and plain values; every other call, of a class or a
 * function, becomes a record that says what was called and with which arguments. Every name is compared whole, as a
 * module and a name, and nothing is imported.
 */
export function pickleHandlers(options: HandlerOptions): PickleHandlers {
  const plain = new Map([...plainValues(), ...NUMPY]);
  const { loadStorage } = options;
  if (loadStorage !== undefined) {
    plain.set("torch.storage _load_from_bytes", ([bytes], where) =>
      bytes instanceof Uint8Array ? loadStorage(bytes, where) : undefined,
    );
  }
  const encode = textEncoder();
  let copied = 0;
  const charge = (args: readonly PyValue[], where: Where): void => {
    for (const arg of args) copied += sizeOf(arg);
    if (copied > MAX_COPIED) {
      throw new FormatError(`${where()}: calls copy more than ${MAX_COPIED} elements`);
    }
  };
  const acting = new Set<string>();
  const warn = (callable: PyGlobal, where: Where): void => {
    if (acting.size >= MAX_WARNINGS || acting.has(callable.path) || !isActing(callable)) return;
    acting.add(callable.path);
    options.warnings?.push(
      `${where()} calls ${quote(callable.path)}. Samoyed does not run it; Python might: do not load this file with pickle.`,
    );
  };
  return {
    persistent: options.persistent,
    call(callable, args, where, keywords) {
      if (!(callable instanceof PyGlobal || callable instanceof PyRecord)) {
        throw new FormatError(`${where()} calls ${describeValue(callable)}`);
      }
      if (!(args instanceof PyTuple)) {
        const name = callable instanceof PyGlobal ? callable.path : describeValue(callable);
        throw new FormatError(`${where()} calls ${name} with ${describeValue(args)}; expected a tuple`);
      }
      if (callable instanceof PyRecord) return new PyRecord(RESULT_CALLED, [callable, args], keywords);
      if (keywords !== undefined) {
        warn(callable, where);
        return new PyRecord(callable, args.items, keywords);
      }
      const rebuild = STRUCTURAL.get(callable.key);
      if (rebuild !== undefined) {
        charge(args.items, where);
        return rebuild(args.items, where, callable);
      }
      if (options.torchscript === true && TORCHSCRIPT.has(callable.key)) {
        return args.items[0] ?? null;
      }
      const value = plain.get(callable.key);
      if (value !== undefined) {
        charge(args.items, where);
        return value(args.items, where) ?? new PyRecord(callable, args.items);
      }
      warn(callable, where);
      return describeObject(callable, args.items);
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
      if (target instanceof PyArray) {
        buildArray(target, state, { where, encode });
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

/** `copyreg._reconstructor(class, base, base's state)` and `copyreg.__newobj__(class)` are an object of the class. */
function describeObject(callable: PyGlobal, args: readonly PyValue[]): PyRecord {
  const [type, , content] = args;
  const isCopyreg = callable.module === "copyreg" || callable.module === "copy_reg";
  if (isCopyreg && type instanceof PyGlobal) {
    if (callable.name === "_reconstructor" && content === null) return new PyRecord(type, []);
    if (callable.name === "__newobj__" && args.length === 1) return new PyRecord(type, []);
  }
  return new PyRecord(callable, args);
}

/** Elements that a copy of a container has. */
function sizeOf(value: PyValue): number {
  if (value instanceof PyTuple) return value.items.length;
  if (Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
}

/** Refuses a reference to something stored elsewhere, in a pickle that has nothing beside it. */
export function refuseReference(id: PyValue, where: Where): never {
  throw new FormatError(`${where()} refers to ${describeValue(id)}; nothing is stored beside this pickle`);
}

/** Handlers for a pickle of plain values, with nothing stored elsewhere. */
export function plainHandlers(): PickleHandlers {
  return pickleHandlers({ persistent: refuseReference });
}
