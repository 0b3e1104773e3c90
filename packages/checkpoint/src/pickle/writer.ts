import { contiguousStrides, elementCount, type LazyTensor } from "@samoyed/core";
import { ByteBuilder } from "./byte-builder.ts";
import { OPCODE } from "./opcodes.ts";
import { STORAGE_NAMES } from "../tensor/storage.ts";
import { byteLengthOf } from "../tensor/write-tensors.ts";

/** Pickles a value of plain types with protocol 2, like `pickle.dumps`. */
export function pickleValue(value: PlainValue): Uint8Array {
  const out = new ByteBuilder().bytes(OPCODE.PROTO, 2);
  putValue(out, value);
  return out.bytes(OPCODE.STOP).build();
}

/** The values that `pickleValue` accepts; Maps are dictionaries. */
export type PlainValue = boolean | number | bigint | string | readonly PlainValue[] | ReadonlyMap<string, PlainValue>;

/** A tensor and the key of its storage. */
export interface KeyedTensor {
  readonly tensor: LazyTensor;
  readonly key: string;
}

/** The number of elements that PyTorch records for a tensor's storage: bytes if the storage is untyped. */
export function storageCount(tensor: LazyTensor): number {
  return STORAGE_NAMES.has(tensor.dtype) ? elementCount(tensor.shape) : byteLengthOf(tensor);
}

/**
 * Pickles an `OrderedDict` of tensors with protocol 2, each with its own storage, as
 * `torch.save(model.state_dict())` writes it and the `weights_only` reader accepts it.
 *
 * @param view whether storage ids end with `None`, as in legacy files.
 */
export function pickleStateDict(tensors: readonly KeyedTensor[], { view }: { readonly view: boolean }): Uint8Array {
  const out = new ByteBuilder().bytes(OPCODE.PROTO, 2);
  const memo = new Map<string, number>();
  /** Writes a value once and refers to it afterwards. */
  const once = (key: string, put: () => void): void => {
    const index = memo.get(key);
    if (index !== undefined) {
      out.bytes(OPCODE.BINGET, index);
      return;
    }
    put();
    out.bytes(OPCODE.BINPUT, memo.size);
    memo.set(key, memo.size);
  };
  const putGlobal = (module: string, name: string): void =>
    once(`${module} ${name}`, () => out.bytes(OPCODE.GLOBAL).text(`${module}\n${name}\n`));
  const putString = (text: string): void => once(JSON.stringify(text), () => putValue(out, text));
  const putEmptyDict = (): void => {
    putGlobal("collections", "OrderedDict");
    out.bytes(OPCODE.EMPTY_TUPLE, OPCODE.REDUCE);
  };

  putEmptyDict();
  out.bytes(OPCODE.MARK);
  for (const { tensor, key } of tensors) {
    const storage = STORAGE_NAMES.get(tensor.dtype);
    putValue(out, tensor.name);
    putGlobal("torch._utils", storage === undefined ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2");
    out.bytes(OPCODE.MARK, OPCODE.MARK);
    putString("storage");
    if (storage !== undefined || view) {
      // PyTorch 2.13 writes untyped storages to legacy files but cannot read them back; it can read bytes.
      putGlobal("torch", storage ?? "ByteStorage");
    } else {
      putGlobal("torch.storage", "UntypedStorage");
    }
    putValue(out, key);
    putString("cpu");
    putValue(out, storageCount(tensor));
    if (view) {
      out.bytes(OPCODE.NONE);
    }
    out.bytes(OPCODE.TUPLE, OPCODE.BINPERSID);
    putValue(out, 0);
    putSizes(out, tensor.shape);
    putSizes(out, contiguousStrides(tensor.shape));
    out.bytes(OPCODE.NEWFALSE);
    putEmptyDict();
    if (storage === undefined) {
      // Samoyed's dtype names are PyTorch's.
      putGlobal("torch", tensor.dtype);
    }
    out.bytes(OPCODE.TUPLE, OPCODE.REDUCE);
  }
  return out.bytes(OPCODE.SETITEMS, OPCODE.STOP).build();
}

function putSizes(out: ByteBuilder, sizes: readonly number[]): void {
  out.bytes(OPCODE.MARK);
  for (const size of sizes) {
    putValue(out, size);
  }
  out.bytes(OPCODE.TUPLE);
}

function putValue(out: ByteBuilder, value: PlainValue): void {
  if (typeof value === "boolean") {
    out.bytes(value ? OPCODE.NEWTRUE : OPCODE.NEWFALSE);
  } else if (typeof value === "number" && value >= 0 && value < 0x100) {
    out.bytes(OPCODE.BININT1, value);
  } else if (typeof value === "number" && value >= 0 && value < 0x80000000) {
    out.bytes(OPCODE.BININT).uint32(value);
  } else if (typeof value === "number" || typeof value === "bigint") {
    putLong(out, BigInt(value));
  } else if (typeof value === "string") {
    const bytes = new TextEncoder().encode(value);
    out.bytes(OPCODE.BINUNICODE).uint32(bytes.byteLength).append(bytes);
  } else if (value instanceof Map) {
    out.bytes(OPCODE.EMPTY_DICT, OPCODE.MARK);
    for (const [key, item] of value) {
      putValue(out, key);
      putValue(out, item);
    }
    out.bytes(OPCODE.SETITEMS);
  } else {
    out.bytes(OPCODE.EMPTY_LIST, OPCODE.MARK);
    for (const item of value as readonly PlainValue[]) {
      putValue(out, item);
    }
    out.bytes(OPCODE.APPENDS);
  }
}

/** Two's complement, in as few bytes as possible, sign included. */
function putLong(out: ByteBuilder, value: bigint): void {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!(rest === 0n && bytes.at(-1)! < 0x80) && !(rest === -1n && bytes.at(-1)! >= 0x80));
  out.bytes(OPCODE.LONG1, bytes.length, ...bytes);
}
