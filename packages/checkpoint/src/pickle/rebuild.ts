import { type DType, FormatError } from "@samoyed/core";
import { hashable } from "./containers.ts";
import {
  describeValue,
  PyGlobal,
  PyParameter,
  PyRecord,
  PyStorage,
  PyTensor,
  PyTuple,
  type PyValue,
  type Where,
} from "./values.ts";
import { checkLayout, readCount, readSizes } from "../tensor/strided-layout.ts";
import { isUnknownDType, readDType } from "../torch/tensor-dtypes.ts";

/** Function that implements a call of a listed global; `global` is that global. */
export type Rebuild = (args: readonly PyValue[], where: Where, global: PyGlobal) => PyValue;

/** `(storage, offset, size, stride)`: PyTorch 2.13, `torch/_utils.py`, `_rebuild_tensor`. */
export const rebuildTensor: Rebuild = (args, where, global) => {
  expectCount(args, [4], where, global);
  return stridedTensor(args, {}, where);
};

/** `_rebuild_tensor_v2`: the above, followed by requires_grad, hooks, and a dictionary of the `conj` and `neg` bits. */
export const rebuildTensorV2: Rebuild = (args, where, global) => {
  expectCount(args, [6, 7], where, global);
  return stridedTensor(args, { metadata: args[6] }, where);
};

/** `_rebuild_tensor_v3`: with an explicit dtype, for dtypes without a storage class. */
export const rebuildTensorV3: Rebuild = (args, where, global) => {
  expectCount(args, [7, 8], where, global);
  return stridedTensor(args, { dtype: args[6], metadata: args[7] }, where);
};

/** `_rebuild_parameter(data, requires_grad, hooks)`, and the same with a state that does not affect values. */
export const rebuildParameter: Rebuild = (args, where, global) => {
  expectCount(args, [3, 4], where, global);
  return expectTensor(args[0], where);
};

/** `_rebuild_qtensor`: integers and their scale. The tensor is listed with its shape, but reading it fails. */
export const rebuildQuantized: Rebuild = (args, where, global) => {
  expectCount(args, [7], where, global);
  const shape = readSizes(args[2], "shape", where);
  const scheme = args[4] instanceof PyTuple ? args[4].items[0] : undefined;
  const name = scheme instanceof PyGlobal ? scheme.path : "unknown scheme";
  const stored = args[0] instanceof PyStorage ? quantizedName(args[0].view.storage.type.name) : "quantized";
  return unreadable(shape, { stored, unsupported: `is ${stored} (${name}), which is not supported` });
};

/** `_rebuild_sparse_tensor(layout, (indices…, values, size[, is_coalesced]))`. The tensor is listed, but reading it fails. */
export const rebuildSparse: Rebuild = (args, where, global) => {
  expectCount(args, [2], where, global);
  const data = args[1] instanceof PyTuple ? args[1].items : [];
  const size = data.findLast((item) => item instanceof PyTuple);
  const shape = readSizes(size, "shape", where);
  const layout = args[0] instanceof PyRecord ? args[0].args[0] : args[0];
  const values = data.findLast((item) => item instanceof PyTensor);
  const name = typeof layout === "string" ? layout : "unknown layout";
  const dtype = values instanceof PyTensor ? values.layout.dtype : "float32";
  const unsupported = `is sparse (${name}), which is not supported`;
  return unreadable(shape, { dtype, stored: `sparse ${dtype}`, unsupported });
};

/** `_rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad)`: a shape without values. */
export const rebuildMeta: Rebuild = (args, where, global) => {
  expectCount(args, [4], where, global);
  return unreadable(readSizes(args[1], "shape", where), {
    stored: "meta",
    unsupported: "is on the meta device: the file has no values of it",
  });
};

/**
 * `_rebuild_from_type_v2(function, type, args, state)`: a subclass of Tensor, of which only the values are read. One that
 * is made in another way is described.
 */
export function rebuildFromType(rebuilds: (key: string) => Rebuild | undefined): Rebuild {
  return (args, where, global) => {
    expectCount(args, [4], where, global);
    const [callable, , inner] = args;
    const rebuild = callable instanceof PyGlobal ? rebuilds(callable.key) : undefined;
    if (!(callable instanceof PyGlobal) || rebuild === undefined || !(inner instanceof PyTuple)) {
      return new PyRecord(global, args);
    }
    return expectTensor(rebuild(inner.items, where, callable), where);
  };
}

/** An empty `Parameter`, or one around a tensor, as created by PyTorch before 0.4 and filled with BUILD. */
export const makeParameter: Rebuild = (args, where) => {
  if (args.length === 0 || args[0] === null) {
    return new PyParameter();
  }
  return expectTensor(args[0], where);
};

/**
 * BUILD on a Parameter of PyTorch before 0.4: `(storage, offset, size, stride)` or `(data, grad, hooks, requires_grad, volatile)`
 * (PyTorch 2.13, `torch/_tensor.py`, `__setstate__`).
 */
export function buildParameter(state: PyValue, where: Where): PyTensor {
  const items = state instanceof PyTuple ? state.items : [];
  if (items.length === 4) {
    return stridedTensor(items, {}, where);
  }
  if (items.length === 5) {
    return expectTensor(items[0], where);
  }
  throw new FormatError(`${where()}: a parameter's state is ${describeValue(state)}; expected a tuple of 4 or 5`);
}

/** `OrderedDict()` or `OrderedDict([[key, value], …])`; a dictionary for `Counter`. */
export const makeDictionary: Rebuild = (args, where, global) => {
  expectCount(args, [0, 1], where, global);
  return fillDictionary(args[0], where);
};

/** `defaultdict(factory)`: the factory is not called. */
export const makeDefaultDictionary: Rebuild = (args, where, global) => {
  expectCount(args, [0, 1, 2], where, global);
  return fillDictionary(args[1], where);
};

/** `torch.Size((…))` is a tuple. */
export const makeSize: Rebuild = (args, where, global) => {
  expectCount(args, [1], where, global);
  return new PyTuple(readSizes(args[0], "size", where));
};

/** Any object that is described and not created. */
export const makeRecord: Rebuild = (args, _where, global) => new PyRecord(global, args);

function stridedTensor(
  args: readonly PyValue[],
  options: { readonly dtype?: PyValue | undefined; readonly metadata?: PyValue | undefined },
  where: Where,
): PyTensor {
  const [storage, offset, size, stride] = args;
  if (!(storage instanceof PyStorage)) {
    throw new FormatError(`${where()}: the tensor's storage is ${describeValue(storage)}`);
  }
  const { view } = storage;
  const shape = readSizes(size, "shape", where);
  const type = view.storage.type.dtype;
  if (options.dtype === undefined && type === "quantized") {
    const stored = quantizedName(view.storage.type.name);
    return unreadable(shape, { stored, unsupported: `is ${stored}, which is not supported` });
  }
  if (isUnknownDType(options.dtype)) {
    const stored = options.dtype.name;
    return unreadable(shape, { stored, unsupported: `has the dtype ${stored}, which is not supported` });
  }
  // An untyped storage without a dtype contains bytes (PyTorch 2.13, `torch/serialization.py`, `persistent_load`).
  const own = type === "untyped" || type === "quantized" ? "uint8" : type;
  const layout = {
    dtype: options.dtype === undefined ? own : readDType(options.dtype, where),
    shape,
    strides: readSizes(stride, "strides", where),
    offset: readCount(offset, "offset", where),
  };
  checkLayout(layout, view.byteLength, where);
  return new PyTensor(layout, { storage: view, flip: readFlip(options.metadata, layout.dtype, where) });
}

function readFlip(metadata: PyValue | undefined, dtype: string, where: Where): PyTensor["flip"] {
  if (!(metadata instanceof Map)) {
    return "none";
  }
  const conj = metadata.get("conj") === true;
  const neg = metadata.get("neg") === true;
  if ((conj && !dtype.startsWith("complex")) || (neg && !/^(complex|float|bfloat)/.test(dtype))) {
    throw new FormatError(`${where()}: a ${dtype} tensor cannot be ${conj ? "conjugated" : "negated"} lazily`);
  }
  if (conj) {
    return neg ? "conj-neg" : "conj";
  }
  return neg ? "neg" : "none";
}

/** PyTorch's name of a quantized dtype after its storage: `quantized qint8`. */
function quantizedName(storage: string): string {
  return `quantized ${storage.replace("Storage", "").toLowerCase()}`;
}

function unreadable(
  shape: readonly number[],
  options: { readonly dtype?: DType; readonly stored: string; readonly unsupported: string },
): PyTensor {
  const { dtype = "float32", stored, unsupported } = options;
  if (!Number.isSafeInteger(shape.reduce((count, size) => count * size, 8))) {
    return new PyTensor(
      { dtype, shape: [], strides: [], offset: 0 },
      { stored, unsupported: `${unsupported}; its shape overflows` },
    );
  }
  return new PyTensor({ dtype, shape, strides: [], offset: 0 }, { stored, unsupported });
}

function expectTensor(value: PyValue | undefined, where: Where): PyTensor {
  if (!(value instanceof PyTensor)) {
    throw new FormatError(`${where()}: ${describeValue(value)} found; expected a tensor`);
  }
  return value;
}

function fillDictionary(items: PyValue | undefined, where: Where): Map<PyValue, PyValue> {
  const dictionary = new Map<PyValue, PyValue>();
  if (items instanceof Map) {
    for (const [key, value] of items) {
      dictionary.set(key, value);
    }
  } else if (items !== undefined) {
    const pairs = items instanceof PyTuple ? items.items : items;
    if (!Array.isArray(pairs)) {
      throw new FormatError(`${where()}: a dictionary made of ${describeValue(items)}; expected pairs`);
    }
    for (const pair of pairs as readonly PyValue[]) {
      const entry = pair instanceof PyTuple ? pair.items : pair;
      if (!Array.isArray(entry) || entry.length !== 2) {
        throw new FormatError(`${where()}: a dictionary made of ${describeValue(pair)}; expected pairs`);
      }
      dictionary.set(hashable(entry[0], where), entry[1]);
    }
  }
  return dictionary;
}

function expectCount(args: readonly PyValue[], counts: readonly number[], where: Where, global: PyGlobal): void {
  if (!counts.includes(args.length)) {
    throw new FormatError(`${where()}: ${global.path} with ${args.length} arguments; expected ${counts.join(" or ")}`);
  }
}
