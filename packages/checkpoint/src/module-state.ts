import { FormatError, type LazyTensor, renameLazy } from "@samoyed/core";
import { type CheckpointValue, type InertRecord, isInertRecord, isLazyTensor, isMap, keyText } from "./checkpoint.ts";

/** Shared modules are visited under each of their names, as PyTorch does, and a small file can share them 2^100-fold. */
const MAX_MODULES = 100_000;
/** Settings of one module: its own attributes, of which the largest modules have about fifty. */
const MAX_SETTINGS = 256;
/** Elements of a setting: a stride or a padding has two. */
const MAX_ELEMENTS = 16;

/** A value of a module's attribute that decides what it computes: a number, a word, or a few of them. */
export type ModuleSetting = null | boolean | number | string | readonly (number | string | boolean)[];

/** What a module's object says that its tensors do not. */
export interface ModuleFacts {
  /** Its class, such as `torch.nn.modules.conv.Conv2d`. */
  readonly class: string;
  /** Its own attributes: `stride`, `padding`, `groups`, `eps`. */
  readonly settings: ReadonlyMap<string, ModuleSetting>;
}

/** A whole module as a state dict, and the facts of every module in it. */
export interface ModuleState {
  /** The module's class. */
  readonly class: string;
  /** Its tensors by PyTorch's names, in the order of `state_dict()`. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** By the module's path; the outermost has the empty one. */
  readonly facts: ReadonlyMap<string, ModuleFacts>;
}

type Attributes = ReadonlyMap<CheckpointValue, CheckpointValue>;

/** Whether a value is an object of `torch.nn.Module`, as `torch.save(model)` saves it: known by its three dictionaries. */
export function isModule(value: CheckpointValue | undefined): value is InertRecord {
  if (value === undefined || !isInertRecord(value)) return false;
  const attributes = attributesOf(value);
  return ["_parameters", "_buffers", "_modules"].every((name) => dictionaryIn(attributes, name) !== undefined);
}

/**
 * Reads a whole module as PyTorch's `state_dict()` would give it (PyTorch 2.13, `torch/nn/modules/module.py`,
 * `_save_to_state_dict`): each module's parameters, then its buffers, then its modules. Entries of None and buffers that
 * are not persistent are left out; shared tensors and modules appear under each of their names. No class is looked at: a
 * class that overrides `state_dict` is read like any other.
 *
 * @throws FormatError for more than 100,000 modules, or for two tensors of one name.
 */
export function moduleState(module: InertRecord): ModuleState {
  const tensors = new Map<string, LazyTensor>();
  const facts = new Map<string, ModuleFacts>();
  const ancestors = new Set<CheckpointValue>();

  const add = (name: string, value: CheckpointValue): void => {
    if (!isLazyTensor(value)) return;
    if (tensors.has(name)) throw new FormatError(`the module ${module.global} has two tensors named ${name}`);
    tensors.set(name, renameLazy(value, name));
  };

  const visit = (value: InertRecord, path: string): void => {
    if (facts.size >= MAX_MODULES) {
      throw new FormatError(`the module ${module.global} contains more than ${MAX_MODULES} modules`);
    }
    const inside = (key: CheckpointValue): string => (path === "" ? keyText(key) : `${path}.${keyText(key)}`);
    const attributes = attributesOf(value);
    facts.set(path, { class: value.global, settings: settingsOf(attributes) });
    ancestors.add(value);
    for (const [key, tensor] of dictionaryIn(attributes, "_parameters") ?? []) add(inside(key), tensor);
    const passing = namesIn(attributes.get("_non_persistent_buffers_set"));
    for (const [key, tensor] of dictionaryIn(attributes, "_buffers") ?? []) {
      if (!passing.has(key)) add(inside(key), tensor);
    }
    for (const [key, child] of dictionaryIn(attributes, "_modules") ?? []) {
      // A module in itself has no state dict in PyTorch either.
      if (isModule(child) && !ancestors.has(child)) visit(child, inside(key));
    }
    ancestors.delete(value);
  };

  visit(module, "");
  return { class: module.global, tensors, facts };
}

/** A module somewhere in a checkpoint. */
export interface FoundModule {
  /** Its path through the root, joined with dots; empty for the root. */
  readonly path: string;
  readonly module: InertRecord;
}

/**
 * Finds the outermost modules in a checkpoint, wherever they are: under a key, or in an attribute of another object, such
 * as fastai's `Learner`. Each object is visited once.
 */
export function findModules(root: CheckpointValue): readonly FoundModule[] {
  const found: FoundModule[] = [];
  const seen = new Set<CheckpointValue>();
  const visit = (value: CheckpointValue | undefined, path: string): void => {
    if (typeof value !== "object" || value === null || seen.has(value) || isLazyTensor(value)) return;
    seen.add(value);
    if (isModule(value)) {
      found.push({ path, module: value });
      return;
    }
    const inside = (key: CheckpointValue): string => (path === "" ? keyText(key) : `${path}.${keyText(key)}`);
    if (isMap(value)) {
      for (const [key, item] of value) visit(item, inside(key));
    } else if (isInertRecord(value)) {
      visit(value.state, path);
      visit(value.entries, path);
      for (const item of [...value.args, ...(value.items ?? [])]) visit(item, path);
    } else if (Array.isArray(value)) {
      value.forEach((item: CheckpointValue, index) => visit(item, inside(index)));
    }
  };
  visit(root, "");
  return found;
}

/** `torch.fx` saves a traced module as a call with its attributes and its code (PyTorch 2.13, `fx/graph_module.py`). */
const TRACED = "torch.fx.graph_module.reduce_graph_module";

/** An object's attributes; with slots, the state is a tuple of both. */
function attributesOf({ global, args, state }: InertRecord): Attributes {
  const own = global === TRACED ? args[0] : state;
  const first = Array.isArray(own) ? (own as readonly CheckpointValue[])[0] : own;
  return first !== undefined && isMap(first) ? first : new Map();
}

/** A dictionary among attributes, of any class. */
function dictionaryIn(attributes: Attributes, name: string): Attributes | undefined {
  const value = attributes.get(name);
  if (value === undefined) return undefined;
  if (isMap(value)) return value;
  return isInertRecord(value) ? value.entries : undefined;
}

function namesIn(value: CheckpointValue | undefined): ReadonlySet<CheckpointValue> {
  if (value instanceof Set) return value;
  return new Set(Array.isArray(value) ? (value as readonly CheckpointValue[]) : []);
}

function settingsOf(attributes: Attributes): ReadonlyMap<string, ModuleSetting> {
  const settings = new Map<string, ModuleSetting>();
  for (const [key, value] of attributes) {
    if (settings.size >= MAX_SETTINGS) break;
    if (typeof key === "string" && !key.startsWith("_") && isSetting(value)) settings.set(key, value);
  }
  return settings;
}

function isSetting(value: CheckpointValue): value is ModuleSetting {
  if (value === null || isScalar(value)) return true;
  return Array.isArray(value) && value.length <= MAX_ELEMENTS && (value as readonly CheckpointValue[]).every(isScalar);
}

function isScalar(value: CheckpointValue): value is number | string | boolean {
  return typeof value === "number" || typeof value === "string" || typeof value === "boolean";
}
