import { FormatError, type LazyTensor, quote, renameLazy, UnsupportedError } from "@samoyed/core";
import {
  type Checkpoint,
  type CheckpointValue,
  type InertRecord,
  isInertRecord,
  isLazyTensor,
  isMap,
  keyText,
} from "./checkpoint.ts";
import { explainObject } from "./explain-object.ts";
import { isModule, moduleState } from "./module-state.ts";

/** A network's tensors, and the wrapper and prefixes that were removed. */
export interface StateDict {
  /** By parameter name, in file order. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** The key that was followed and the prefixes that were stripped: `["state_dict", "module."]`. */
  readonly unwrapped: readonly string[];
}

/** The last two are followed even if their value is None (timm 1.0.29, `timm/models/_helpers.py`). */
const WRAPPERS = ["state_dict_ema", "model_ema", "state_dict", "model"] as const;
const PREFIXES = ["module.", "_orig_mod."] as const;

/** Shared modules are visited under each of their names, and a small file can share them 2^100-fold. */
const MAX_MODULES = 100_000;

/**
 * Extracts the network from a checkpoint, by timm's rules (1.0.29, `timm/models/_helpers.py`, `load_state_dict` and
 * `clean_state_dict`): the first of `state_dict_ema`, `model_ema`, `state_dict`, `model` that the root has, else the
 * root; then from each key one leading `module.` and one `_orig_mod.`. A whole module gives its state dict; a TorchScript
 * module's nested attributes become dotted names. Values that are not tensors (an epoch, options) are left out.
 *
 * @throws FormatError when two names are the same once stripped, which timm ignores, or there are no tensors.
 * @throws UnsupportedError when the root, or the unwrapped value, is not a dictionary.
 */
export function stateDict(checkpoint: Pick<Checkpoint, "root">): StateDict {
  const { root } = checkpoint;
  const unwrapped: string[] = [];
  let value: CheckpointValue | undefined = root;
  if (isMap(root)) {
    const wrapper = WRAPPERS.find((key, index) => (index < 2 ? (root.get(key) ?? null) !== null : root.has(key)));
    if (wrapper !== undefined) {
      value = root.get(wrapper);
      unwrapped.push(wrapper);
    }
  }
  const where = unwrapped.length === 0 ? "the checkpoint" : `the checkpoint's ${unwrapped[0]}`;
  const named: Named[] = [];
  if (isInertRecord(value ?? null)) {
    collectModule(value!, named);
  } else if (isMap(value ?? null)) {
    for (const [key, item] of value as ReadonlyMap<CheckpointValue, CheckpointValue>) {
      if (isLazyTensor(item)) {
        named.push({ name: keyText(key), tensor: item });
      }
    }
  } else {
    throw new UnsupportedError(`${where} is not a dictionary of tensors`, {
      hint: "In Python, save `model.state_dict()`.",
    });
  }
  if (named.length === 0) {
    throw isInertRecord(value ?? null)
      ? explainObject(value as InertRecord, where)
      : new FormatError(`${where} contains no tensors`, { hint: nearbyTensors(root) });
  }
  return strip(named, unwrapped);
}

interface Named {
  readonly name: string;
  readonly tensor: LazyTensor;
}

/** The tensors of a module by their dotted names. */
export function moduleTensors(module: InertRecord): ReadonlyMap<string, LazyTensor> {
  const named: Named[] = [];
  collectModule(module, named);
  return new Map(named.map(({ name, tensor }) => [name, tensor]));
}

/**
 * A module's tensors: a whole module's state dict; a TorchScript module's attributes, and those of the modules in it, under
 * each of their names.
 */
function collectModule(root: CheckpointValue, named: Named[]): void {
  const ancestors = new Set<CheckpointValue>();
  let visits = 0;
  const visit = (value: CheckpointValue, path: string): void => {
    if (isLazyTensor(value)) {
      named.push({ name: path, tensor: value });
    } else if (isModule(value)) {
      const { tensors, facts } = moduleState(value);
      visits += facts.size;
      for (const [name, tensor] of tensors) named.push({ name: path === "" ? name : `${path}.${name}`, tensor });
    } else if (isInertRecord(value) && isMap(value.state ?? null) && !ancestors.has(value)) {
      if (++visits > MAX_MODULES) {
        throw new FormatError(`a module of more than ${MAX_MODULES} modules`);
      }
      ancestors.add(value);
      for (const [key, item] of value.state as ReadonlyMap<CheckpointValue, CheckpointValue>) {
        visit(item, path === "" ? keyText(key) : `${path}.${keyText(key)}`);
      }
      ancestors.delete(value);
    }
  };
  visit(root, "");
}

function strip(named: readonly Named[], unwrapped: string[]): StateDict {
  const stripped = new Set<string>();
  const tensors = new Map<string, LazyTensor>();
  const originals = new Map<string, string>();
  for (const { name: original, tensor } of named) {
    let name = original;
    for (const prefix of PREFIXES) {
      if (name.startsWith(prefix)) {
        name = name.slice(prefix.length);
        stripped.add(prefix);
      }
    }
    const other = originals.get(name);
    if (other !== undefined) {
      throw new FormatError(
        `tensors ${quote(other)} and ${quote(original)} are both ${quote(name)} once their prefixes are stripped`,
      );
    }
    originals.set(name, original);
    tensors.set(name, tensor.name === name ? tensor : renameLazy(tensor, name));
  }
  return { tensors, unwrapped: [...unwrapped, ...PREFIXES.filter((prefix) => stripped.has(prefix))] };
}

function nearbyTensors(root: CheckpointValue): string {
  const keys = isMap(root)
    ? [...root]
        .filter(([, value]) => isMap(value) && [...value.values()].some(isLazyTensor))
        .map(([key]) => keyText(key))
    : [];
  return keys.length === 0
    ? "In Python, save `model.state_dict()`."
    : `There are tensors under ${keys.map((key) => quote(key)).join(", ")}; in Python, save only that part.`;
}
