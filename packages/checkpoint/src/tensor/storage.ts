import { bytesPerElement, type ByteSource, type DType } from "@samoyed/core";

/** The bytes behind one or more tensors. The container attaches the source once it knows their offset. */
export class Storage {
  /** Its key in the container: `0` in a zip, a former address in a legacy file. */
  readonly key: string;
  readonly type: StorageType;
  /** Number of elements of the storage's own type. */
  readonly count: number;
  /** A source of exactly the storage's bytes. */
  source: ByteSource | undefined;
  /** Whether elements of more than one byte are big-endian. */
  bigEndian = false;

  constructor(key: string, type: StorageType, count: number) {
    this.key = key;
    this.type = type;
    this.count = count;
  }

  get byteLength(): number {
    return this.count * this.type.elementBytes;
  }
}

/** A storage, or a part of one (old legacy files give parts their own keys). */
export interface StorageView {
  readonly storage: Storage;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** The element type implied by a storage's class. */
export interface StorageType {
  /** The class's name, such as `FloatStorage`. */
  readonly name: string;
  readonly elementBytes: number;
  /** `untyped`: the tensor has the dtype. `quantized`: integers that are meaningless without their scale. */
  readonly dtype: DType | "untyped" | "quantized";
}

/** PyTorch 2.13, `torch/storage.py`, `_dtype_to_storage_type_map`. */
const TYPED: readonly (readonly [name: string, dtype: DType])[] = [
  ["DoubleStorage", "float64"],
  ["FloatStorage", "float32"],
  ["HalfStorage", "float16"],
  ["BFloat16Storage", "bfloat16"],
  ["LongStorage", "int64"],
  ["IntStorage", "int32"],
  ["ShortStorage", "int16"],
  ["CharStorage", "int8"],
  ["ByteStorage", "uint8"],
  ["BoolStorage", "bool"],
  ["ComplexDoubleStorage", "complex128"],
  ["ComplexFloatStorage", "complex64"],
];

/** The storage class of each dtype that has one; other dtypes are stored as bytes, with the dtype in the tensor. */
export const STORAGE_NAMES: ReadonlyMap<DType, string> = new Map(TYPED.map(([name, dtype]) => [dtype, name]));

const QUANTIZED: readonly (readonly [name: string, elementBytes: number])[] = [
  ["QInt8Storage", 1],
  ["QUInt8Storage", 1],
  ["QInt32Storage", 4],
  ["QUInt4x2Storage", 1],
  ["QUInt2x4Storage", 1],
];

const UNTYPED: StorageType = { name: "UntypedStorage", elementBytes: 1, dtype: "untyped" };

/** By the key of the global: `torch FloatStorage`. */
const STORAGE_TYPES: ReadonlyMap<string, StorageType> = new Map<string, StorageType>([
  ...TYPED.flatMap(([name, dtype]) => inModules(name, { name, dtype, elementBytes: bytesPerElement(dtype) })),
  ...QUANTIZED.flatMap(([name, elementBytes]) => inModules(name, { name, elementBytes, dtype: "quantized" })),
  ["torch.storage UntypedStorage", UNTYPED],
  ["torch.storage _UntypedStorage", UNTYPED],
  ["torch UntypedStorage", UNTYPED],
  ["torch.cuda UntypedStorage", UNTYPED],
]);

/** The storage type named by a global's key; `undefined` for every other name. */
export function findStorageType(key: string): StorageType | undefined {
  return STORAGE_TYPES.get(key);
}

/** A view of a whole storage. */
export function wholeStorage(storage: Storage): StorageView {
  return { storage, byteOffset: 0, byteLength: storage.byteLength };
}

function inModules(name: string, type: StorageType): [string, StorageType][] {
  return [
    [`torch ${name}`, type],
    [`torch.cuda ${name}`, type],
  ];
}
