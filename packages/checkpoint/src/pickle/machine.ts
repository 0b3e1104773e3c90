import { decodeUtf8, FormatError, UnsupportedError } from "@samoyed/core";
import { decodeLong, viewOf } from "../little-endian.ts";
import { addItems, hashable, listOf, setItems } from "./containers.ts";
import { OPCODE, opcodeName, refuseOpcode } from "./opcodes.ts";
import { PickleStack } from "./stack.ts";
import { describeValue, PyFloat, PyGlobal, PyTuple, type PyValue, type Where } from "./values.ts";

/** Longer integers have no use in a checkpoint, and take quadratic time to read. */
const MAX_LONG_BYTES = 255;
/** Real names are shorter; names appear in error messages. */
const MAX_NAME = 256;
/** A tensor memoizes about 15 values; an entry takes 40 bytes of memory and as little as 1 byte of the file. */
const MAX_MEMO = 1 << 21;
const OLDEST_PROTOCOL = 2;
const NEWEST_PROTOCOL = 5;

/** Handlers of a pickle's calls. Each returns a value, or throws for a call that is not listed. */
export interface PickleHandlers {
  /** REDUCE, NEWOBJ, NEWOBJ_EX, INST and OBJ: `callable(*args, **keywords)`. */
  call(callable: PyValue, args: PyValue, where: Where, keywords?: Map<PyValue, PyValue>): PyValue;
  /** BUILD: applies a state to `target`; returns the value that replaces it. */
  build(target: PyValue, state: PyValue, where: Where): PyValue;
  /** BINPERSID: returns the object, such as a storage, that the container stores under `id`. */
  persistent(id: PyValue, where: Where): PyValue;
}

/** Options of `runPickle`. */
export interface PickleOptions extends PickleHandlers {
  /** Names the pickle in errors: the file and its entry. */
  readonly label: string;
}

/**
 * Reads the one pickle that fills `bytes`, and executes nothing: names are looked up in lists, calls are described.
 * Byte strings are views of `bytes`. Python's integers and floats (`PyFloat`) stay distinct.
 *
 * @throws FormatError when the pickle is damaged, its stack underflows, or a limit is exceeded.
 * @throws UnsupportedError for a protocol other than 2 to 5, an unsupported opcode, or a call that a handler refuses.
 */
export function runPickle(bytes: Uint8Array, options: PickleOptions): PyValue {
  const view = viewOf(bytes);
  const memo = new Map<number, PyValue>();
  let position = 0;
  let start = 0;
  const where: Where = () => `${options.label}: ${opcodeName(bytes[start]!)} at byte ${start}`;
  const stack = new PickleStack(where);

  const take = (count: number): number => {
    if (count > bytes.byteLength - position) {
      throw new FormatError(`${where()} needs ${count} bytes; ${bytes.byteLength - position} are left`, {
        hint: "The file was cut short or is damaged; fetch it again.",
      });
    }
    position += count;
    return position - count;
  };
  const payload = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number): string => {
    const decoded = decodeUtf8(payload(length));
    if (decoded === undefined) {
      throw new FormatError(`${where()}: the string is not valid UTF-8`);
    }
    return decoded;
  };
  const line = (): string => {
    const end = bytes.indexOf(0x0a, position);
    if (end < 0) {
      throw new FormatError(`${where()}: the name is not terminated`);
    }
    const decoded = text(end - position);
    position = end + 1;
    return decoded;
  };
  const length8 = (): number => {
    const from = take(8);
    // Beyond 2^53 the sum is not exact, but still larger than any file.
    return view.getUint32(from, true) + view.getUint32(from + 4, true) * 2 ** 32;
  };
  const memoize = (index: number): void => {
    if (memo.size >= MAX_MEMO) {
      throw new FormatError(`${where()}: more than ${MAX_MEMO} values are memoized`);
    }
    memo.set(index, stack.top());
  };
  const recall = (index: number): PyValue => {
    const value = memo.get(index);
    if (value === undefined) {
      throw new FormatError(`${where()}: nothing was memoized under ${index}`);
    }
    return value;
  };
  const call = (keywords?: Map<PyValue, PyValue>): void => {
    const args = stack.pop();
    stack.pushContainer(options.call(stack.pop(), args, where, keywords));
  };

  for (;;) {
    start = position;
    if (position >= bytes.byteLength) {
      throw new FormatError(`${options.label}: the pickle ends at byte ${position} without STOP`, {
        hint: "The file was cut short or is damaged; fetch it again.",
      });
    }
    const opcode = bytes[position++]!;
    switch (opcode) {
      case OPCODE.PROTO: {
        const protocol = bytes[take(1)]!;
        if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) {
          throw new UnsupportedError(
            `${where()}: pickle protocol ${protocol}; expected ${OLDEST_PROTOCOL} to ${NEWEST_PROTOCOL}`,
          );
        }
        break;
      }
      case OPCODE.FRAME: {
        const length = length8();
        if (length > bytes.byteLength - position) {
          throw new FormatError(
            `${where()}: a frame of ${length} bytes; ${bytes.byteLength - position} are left in the pickle`,
          );
        }
        break;
      }
      case OPCODE.STOP: {
        const value = stack.finish();
        if (position !== bytes.byteLength) {
          throw new FormatError(`${where()}: ${bytes.byteLength - position} bytes follow the end of the pickle`);
        }
        return value;
      }
      case OPCODE.MARK:
        stack.mark();
        break;
      case OPCODE.POP:
        stack.popAny();
        break;
      case OPCODE.POP_MARK:
        stack.popMark();
        break;
      case OPCODE.NONE:
        stack.push(null);
        break;
      case OPCODE.NEWTRUE:
        stack.push(true);
        break;
      case OPCODE.NEWFALSE:
        stack.push(false);
        break;
      case OPCODE.BININT:
        stack.push(view.getInt32(take(4), true));
        break;
      case OPCODE.BININT1:
        stack.push(bytes[take(1)]!);
        break;
      case OPCODE.BININT2:
        stack.push(view.getUint16(take(2), true));
        break;
      case OPCODE.LONG1:
        stack.push(decodeLong(payload(bytes[take(1)]!)));
        break;
      case OPCODE.LONG4: {
        const length = view.getUint32(take(4), true);
        if (length > MAX_LONG_BYTES) {
          throw new FormatError(`${where()}: an integer of ${length} bytes; at most ${MAX_LONG_BYTES} are read`);
        }
        stack.push(decodeLong(payload(length)));
        break;
      }
      case OPCODE.BINFLOAT:
        stack.push(new PyFloat(view.getFloat64(take(8), false)));
        break;
      case OPCODE.BINUNICODE:
        stack.push(text(view.getUint32(take(4), true)));
        break;
      case OPCODE.SHORT_BINUNICODE:
        stack.push(text(bytes[take(1)]!));
        break;
      // The strings of Python 2, texts or bytes; PyTorch reads them as UTF-8 (2.13, `torch/serialization.py`, `load`).
      case OPCODE.BINSTRING:
        stack.push(textOrBytes(payload(view.getUint32(take(4), true))));
        break;
      case OPCODE.SHORT_BINSTRING:
        stack.push(textOrBytes(payload(bytes[take(1)]!)));
        break;
      case OPCODE.BINUNICODE8:
        stack.push(text(length8()));
        break;
      case OPCODE.BINBYTES:
        stack.push(payload(view.getUint32(take(4), true)));
        break;
      case OPCODE.SHORT_BINBYTES:
        stack.push(payload(bytes[take(1)]!));
        break;
      case OPCODE.BINBYTES8:
      case OPCODE.BYTEARRAY8:
        stack.push(payload(length8()));
        break;
      case OPCODE.EMPTY_TUPLE:
        stack.pushContainer(new PyTuple([]));
        break;
      case OPCODE.TUPLE1:
      case OPCODE.TUPLE2:
      case OPCODE.TUPLE3:
        stack.pushContainer(new PyTuple(stack.popMany(opcode - OPCODE.TUPLE1 + 1)));
        break;
      case OPCODE.TUPLE:
        stack.pushContainer(new PyTuple(stack.popMark()));
        break;
      case OPCODE.EMPTY_LIST:
        stack.pushContainer([]);
        break;
      case OPCODE.EMPTY_DICT:
        stack.pushContainer(new Map());
        break;
      case OPCODE.EMPTY_SET:
        stack.pushContainer(new Set());
        break;
      case OPCODE.FROZENSET:
        stack.pushContainer(new Set(stack.popMark().map((item) => hashable(item, where))));
        break;
      case OPCODE.APPEND: {
        const item = stack.pop();
        listOf(stack.top(), where).push(item);
        break;
      }
      case OPCODE.APPENDS: {
        const items = stack.popMark();
        const list = listOf(stack.top(), where);
        for (const item of items) {
          list.push(item);
        }
        break;
      }
      case OPCODE.ADDITEMS: {
        const items = stack.popMark();
        addItems(stack.top(), items, where);
        break;
      }
      case OPCODE.SETITEM: {
        const pair = stack.popMany(2);
        setItems(stack.top(), pair, where);
        break;
      }
      case OPCODE.SETITEMS: {
        const pairs = stack.popMark();
        setItems(stack.top(), pairs, where);
        break;
      }
      case OPCODE.GLOBAL: {
        const module = line();
        stack.push(makeGlobal(module, line(), where));
        break;
      }
      case OPCODE.STACK_GLOBAL: {
        const [module, name] = stack.popMany(2);
        if (typeof module !== "string" || typeof name !== "string") {
          throw new FormatError(`${where()} on ${describeValue(module)} and ${describeValue(name)}; expected strings`);
        }
        stack.push(makeGlobal(module, name, where));
        break;
      }
      case OPCODE.REDUCE:
      case OPCODE.NEWOBJ:
        call();
        break;
      case OPCODE.NEWOBJ_EX: {
        const keywords = stack.pop();
        if (!(keywords instanceof Map)) {
          throw new FormatError(`${where()}: the keyword arguments are ${describeValue(keywords)}`);
        }
        call(keywords.size === 0 ? undefined : keywords);
        break;
      }
      case OPCODE.INST: {
        const module = line();
        const callable = makeGlobal(module, line(), where);
        stack.pushContainer(options.call(callable, new PyTuple(stack.popMark()), where));
        break;
      }
      case OPCODE.OBJ: {
        const [callable, ...args] = stack.popMark();
        if (callable === undefined) {
          throw new FormatError(`${where()}: no class follows the mark`);
        }
        stack.pushContainer(options.call(callable, new PyTuple(args), where));
        break;
      }
      case OPCODE.BUILD: {
        const state = stack.pop();
        stack.replace(options.build(stack.top(), state, where));
        break;
      }
      case OPCODE.BINPERSID:
        stack.push(options.persistent(stack.pop(), where));
        break;
      case OPCODE.BINPUT:
        memoize(bytes[take(1)]!);
        break;
      case OPCODE.LONG_BINPUT:
        memoize(view.getUint32(take(4), true));
        break;
      case OPCODE.MEMOIZE:
        memoize(memo.size);
        break;
      case OPCODE.BINGET:
        stack.push(recall(bytes[take(1)]!));
        break;
      case OPCODE.LONG_BINGET:
        stack.push(recall(view.getUint32(take(4), true)));
        break;
      default:
        throw refuseOpcode(opcode, where());
    }
  }
}

function textOrBytes(bytes: Uint8Array): PyValue {
  return decodeUtf8(bytes) ?? bytes;
}

function makeGlobal(module: string, name: string, where: Where): PyGlobal {
  if (module.length > MAX_NAME || name.length > MAX_NAME) {
    throw new FormatError(`${where()}: a module or name of more than ${MAX_NAME} characters`);
  }
  return new PyGlobal(module, name);
}
