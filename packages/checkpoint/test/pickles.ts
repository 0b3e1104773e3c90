const ENCODER = new TextEncoder();

/** Concatenates numbers, texts and bytes. */
export function bytes(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) =>
    typeof part === "number" ? Uint8Array.of(part) : typeof part === "string" ? ENCODER.encode(part) : part,
  );
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let position = 0;
  for (const piece of pieces) {
    out.set(piece, position);
    position += piece.byteLength;
  }
  return out;
}

export function uint16(value: number): Uint8Array {
  const out = new Uint8Array(2);
  new DataView(out.buffer).setUint16(0, value, true);
  return out;
}

export function uint32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, true);
  return out;
}

export function uint64(value: number | bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return out;
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  const encoded = ENCODER.encode(value);
  return bytes("X", uint32(encoded.byteLength), encoded);
}

/** BININT. */
export function int(value: number): Uint8Array {
  return bytes("J", uint32(value >>> 0));
}

/** LONG1 of 8 bytes. */
export function long(value: bigint): Uint8Array {
  return bytes(0x8a, 8, uint64(value));
}

/** GLOBAL. */
export function global(module: string, name: string): Uint8Array {
  return bytes("c", `${module}\n${name}\n`);
}

/** A tuple of values. */
export function tuple(...items: readonly Uint8Array[]): Uint8Array {
  return bytes("(", ...items, "t");
}

/** A whole pickle of protocol 2 around a value's opcodes. */
export function pickle(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return bytes(0x80, 2, ...parts, ".");
}

/** Options of a storage's persistent id. */
export interface StorageOptions {
  readonly type?: string;
  readonly key?: string;
  readonly count?: number | bigint;
  /** Opcodes at the end of the id: `N`, or a view. */
  readonly rest?: Uint8Array;
}

/** A reference to a storage. */
export function storage({ type = "FloatStorage", key = "0", count = 6, rest }: StorageOptions = {}): Uint8Array {
  const parts = [text("storage"), global("torch", type), text(key), text("cpu"), long(BigInt(count))];
  return bytes(tuple(...parts, ...(rest === undefined ? [] : [rest])), "Q");
}

/** A tuple of integers. */
export function sizes(...values: readonly (number | bigint)[]): Uint8Array {
  return tuple(...values.map((value) => long(BigInt(value))));
}

/** `_rebuild_tensor_v2`. */
export function tensor(
  options: StorageOptions & {
    readonly storage?: Uint8Array;
    readonly offset?: Uint8Array;
    readonly shape?: Uint8Array;
    readonly strides?: Uint8Array;
  } = {},
): Uint8Array {
  return bytes(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      options.storage ?? storage(options),
      options.offset ?? int(0),
      options.shape ?? sizes(2, 3),
      options.strides ?? sizes(3, 1),
      bytes(0x89),
      bytes(global("collections", "OrderedDict"), ")R"),
    ),
    "R",
  );
}

/** A dictionary with one entry. */
export function dictionary(key: string, value: Uint8Array): Uint8Array {
  return bytes("}", text(key), value, "s");
}
