import { FormatError, type LazyTensor, renameLazy, UnsupportedError } from "@samoyed/core";
import { type Checkpoint, type CheckpointValue, isInertRecord, isLazyTensor, isMap } from "./checkpoint.ts";

/** A network's tensors, and what was taken off to get to them. */
export interface StateDict {
  /** By parameter name, in file order. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** The key that was followed and the prefixes that were stripped: `["state_dict", "module."]`. */
  readonly unwrapped: readonly string[];
}

/** The last two are followed even where their value is None (timm 1.0.29, `timm/models/_helpers.py`). */
const WRAPPERS = ["state_dict_ema", "model_ema", "state_dict", "model"] as const;
const PREFIXES = ["module.", "_orig_mod."] as const;

/**
 * The network inside a checkpoint, by timm's rules (1.0.29, `timm/models/_helpers.py`, `load_state_dict` and
 * `clean_state_dict`): the first of `state_dict_ema`, `model_ema`, `state_dict`, `model` that the root has, else the
 * root; then from each key one leading `module.` and one `_orig_mod.`. A TorchScript module's nested attributes become
 * dotted names. Values that are no tensors (an epoch, options) are left out.
 *
 * @throws FormatError when two names are the same once stripped, which timm ignores, or there are no tensors.
 * @throws UnsupportedError when the root, or what was unwrapped, is no dictionary.
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
  const named = new Map<string, LazyTensor>();
  if (isInertRecord(value ?? null)) {
    collectModule(value!, "", named, new Set());
  } else if (isMap(value ?? null)) {
    for (const [key, item] of value as ReadonlyMap<CheckpointValue, CheckpointValue>) {
      if (isLazyTensor(item)) {
        named.set(String(key), item);
      }
    }
  } else {
    throw new UnsupportedError(`${where} is not a dictionary of tensors`, {
      hint: "In Python, save `model.state_dict()`.",
    });
  }
  if (named.size === 0) {
    throw new FormatError(`${where} holds no tensors`, { hint: nearbyTensors(root) });
  }
  return strip(named, unwrapped);
}

/** A TorchScript module's tensors: its state's attributes, and those of the modules in it. */
function collectModule(
  value: CheckpointValue,
  path: string,
  named: Map<string, LazyTensor>,
  seen: Set<CheckpointValue>,
): void {
  if (isLazyTensor(value)) {
    named.set(path, value);
  } else if (isInertRecord(value) && isMap(value.state ?? null) && !seen.has(value)) {
    seen.add(value);
    for (const [key, item] of value.state as ReadonlyMap<CheckpointValue, CheckpointValue>) {
      collectModule(item, path === "" ? String(key) : `${path}.${String(key)}`, named, seen);
    }
  }
}

function strip(named: ReadonlyMap<string, LazyTensor>, unwrapped: string[]): StateDict {
  const stripped = new Set<string>();
  const tensors = new Map<string, LazyTensor>();
  const originals = new Map<string, string>();
  for (const [original, tensor] of named) {
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
        `tensors ${JSON.stringify(other)} and ${JSON.stringify(original)} are both ${JSON.stringify(name)} once their ` +
          `prefixes are stripped`,
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
        .map(([key]) => String(key))
    : [];
  return keys.length === 0
    ? "In Python, save `model.state_dict()`."
    : `Tensors lie under ${keys.map((key) => JSON.stringify(key)).join(", ")}; in Python, save that part alone.`;
}
