import { FormatError, UnsupportedError } from "@samoyed/core";

/**
 * The supported opcodes, by byte (CPython 3.11, `Lib/pickletools.py`): those of the binary protocols 2 to 5, and the older
 * ways of creating an object.
 */
export const OPCODE = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  POP: 0x30,
  POP_MARK: 0x31,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINFLOAT: 0x47,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  BINPERSID: 0x51,
  REDUCE: 0x52,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  INST: 0x69,
  LONG_BINGET: 0x6a,
  OBJ: 0x6f,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  SETITEM: 0x73,
  TUPLE: 0x74,
  SETITEMS: 0x75,
  EMPTY_DICT: 0x7d,
  PROTO: 0x80,
  NEWOBJ: 0x81,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  LONG4: 0x8b,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  EMPTY_SET: 0x8f,
  ADDITEMS: 0x90,
  FROZENSET: 0x91,
  NEWOBJ_EX: 0x92,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
} as const;

/**
 * Python's opcodes that are refused: those of the text protocols, which PyTorch never writes, and those that refer to
 * something outside of the file. They are listed so that the error can name them.
 */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [0x32, "DUP"],
  [0x46, "FLOAT"],
  [0x49, "INT"],
  [0x4c, "LONG"],
  [0x50, "PERSID"],
  [0x53, "STRING"],
  [0x56, "UNICODE"],
  [0x64, "DICT"],
  [0x67, "GET"],
  [0x6c, "LIST"],
  [0x70, "PUT"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x97, "NEXT_BUFFER"],
  [0x98, "READONLY_BUFFER"],
]);

/** Encoding of an opcode's argument: a number of bytes, a length followed by as many bytes, or two lines of text. */
export type Argument = number | "length1" | "length4" | "length8" | "lines";

const ARGUMENTS: readonly (Argument | undefined)[] = buildArguments();
const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(OPCODE).map(([name, byte]): [number, string] => [byte, name]),
  ...REFUSED,
]);

/** The argument of an opcode; `undefined` for a refused opcode or a byte that is not an opcode. */
export function opcodeArgument(opcode: number): Argument | undefined {
  return ARGUMENTS[opcode];
}

/** The opcode's name, or its byte in hex. */
export function opcodeName(opcode: number): string {
  return NAMES.get(opcode) ?? `0x${opcode.toString(16).padStart(2, "0")}`;
}

/** The error for an unsupported opcode. */
export function refuseOpcode(opcode: number, where: string): FormatError | UnsupportedError {
  return REFUSED.has(opcode)
    ? new UnsupportedError(`${where}: this opcode is not supported; PyTorch does not write it`)
    : new FormatError(`${where}: unknown pickle opcode`);
}

function buildArguments(): (Argument | undefined)[] {
  const table = new Array<Argument | undefined>(256).fill(undefined);
  for (const byte of Object.values(OPCODE)) {
    table[byte] = 0;
  }
  const set = (argument: Argument, ...bytes: readonly number[]): void => {
    for (const byte of bytes) {
      table[byte] = argument;
    }
  };
  set(1, OPCODE.PROTO, OPCODE.BININT1, OPCODE.BINGET, OPCODE.BINPUT);
  set(2, OPCODE.BININT2);
  set(4, OPCODE.BININT, OPCODE.LONG_BINGET, OPCODE.LONG_BINPUT);
  set(8, OPCODE.BINFLOAT, OPCODE.FRAME);
  set("length1", OPCODE.LONG1, OPCODE.SHORT_BINSTRING, OPCODE.SHORT_BINBYTES, OPCODE.SHORT_BINUNICODE);
  set("length4", OPCODE.LONG4, OPCODE.BINSTRING, OPCODE.BINBYTES, OPCODE.BINUNICODE);
  set("length8", OPCODE.BINUNICODE8, OPCODE.BINBYTES8, OPCODE.BYTEARRAY8);
  set("lines", OPCODE.GLOBAL, OPCODE.INST);
  return table;
}
