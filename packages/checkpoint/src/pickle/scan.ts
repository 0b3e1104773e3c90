import { type ByteSource, FormatError, type ReadOptions } from "@samoyed/core";
import { viewOf } from "../little-endian.ts";
import { OPCODE, opcodeArgument, opcodeName, refuseOpcode } from "./opcodes.ts";

/** A pickle contains structure, not weights: that of a 100,000-tensor checkpoint takes about 20 MB. */
export const MAX_PICKLE_BYTES: number = 256 * 2 ** 20;
/** The first read; the pickles of a ResNeXt-101's legacy file take about 60 KB. */
const FIRST_BYTES = 1 << 16;
/** Module and name; without a limit, a scan for the end of the line reads the whole file. */
const MAX_NAMES_BYTES = 8192;

/** A byte range of a source that is already in memory. */
export interface ByteWindow {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A pickle found in a source that continues after it. */
export interface FoundPickle {
  /** The pickle, STOP included. */
  readonly bytes: Uint8Array;
  /** Offset of the byte after it. */
  readonly end: number;
  /** The bytes read so far, for the next pickle. */
  readonly window: ByteWindow;
}

/**
 * Finds the end of the pickle at `offset` by stepping over its opcodes, and reads it: little more than the pickle
 * itself is read, and each length that it states is checked against the file's size.
 *
 * @throws FormatError when it does not end within the source or within `MAX_PICKLE_BYTES`.
 * @throws UnsupportedError for an unsupported opcode.
 */
export async function readPickle(
  source: ByteSource,
  options: ReadOptions & {
    readonly offset: number;
    readonly label: string;
    /** Bytes already read; the pickle may begin within them. */
    readonly window?: ByteWindow;
    /** Size of the first read; a little more than the pickle's size is best. */
    readonly firstBytes?: number;
  },
): Promise<FoundPickle> {
  const { offset, label } = options;
  let { bytes } = within(options.window, offset);
  let position = 0;
  const left = source.byteLength - offset;
  for (;;) {
    const scan = scanPickle(bytes, { position, left, label });
    if (scan.done) {
      const window = { offset, bytes };
      return { bytes: bytes.subarray(0, scan.position), end: offset + scan.position, window };
    }
    ({ position } = scan);
    if (scan.needed > left) {
      throw new FormatError(`${label}: the pickle at byte ${offset} continues past the end of the file`, {
        hint: "The file was cut short; fetch it again.",
      });
    }
    if (scan.needed > MAX_PICKLE_BYTES) {
      throw new FormatError(`${label}: the pickle at byte ${offset} is longer than ${MAX_PICKLE_BYTES} bytes`, {
        hint: "In Python, save the state dict with torch.save, which keeps tensors outside of the pickle.",
      });
    }
    const wanted = Math.max(scan.needed, 2 * bytes.byteLength, options.firstBytes ?? FIRST_BYTES);
    bytes = await source.read(offset, Math.min(wanted, left, MAX_PICKLE_BYTES), options);
  }
}

/**
 * The end of the pickle at `offset` of bytes in memory, STOP included.
 *
 * @throws FormatError when it does not end within them.
 */
export function findPickleEnd(bytes: Uint8Array, { offset, label }: { offset: number; label: string }): number {
  const rest = bytes.subarray(offset);
  const scan = scanPickle(rest, { position: 0, left: rest.byteLength, label });
  if (!scan.done) throw new FormatError(`${label}: the pickle at byte ${offset} continues past the end`);
  return offset + scan.position;
}

function within(window: ByteWindow | undefined, offset: number): { bytes: Uint8Array } {
  if (window === undefined || offset < window.offset || offset > window.offset + window.bytes.byteLength) {
    return { bytes: new Uint8Array(0) };
  }
  return { bytes: window.bytes.subarray(offset - window.offset) };
}

type Scan =
  /** STOP is just before `position`. */
  | { readonly done: true; readonly position: number }
  /** The opcode at `position` is incomplete; `needed` is the number of bytes from the pickle's start that would show more of it. */
  | { readonly done: false; readonly position: number; readonly needed: number };

/** Steps over whole opcodes from `position`; `left` is the number of bytes from the pickle's start to the source's end. */
function scanPickle(
  bytes: Uint8Array,
  options: { readonly position: number; readonly left: number; readonly label: string },
): Scan {
  const view = viewOf(bytes);
  let { position } = options;
  while (position < bytes.byteLength) {
    const opcode = bytes[position]!;
    const argument = opcodeArgument(opcode);
    if (argument === undefined) {
      throw refuseOpcode(opcode, `${options.label}: ${opcodeName(opcode)} at byte ${position}`);
    }
    let next: number;
    if (argument === "lines") {
      const first = bytes.indexOf(0x0a, position + 1);
      const second = first < 0 ? -1 : bytes.indexOf(0x0a, first + 1);
      if (second < 0) {
        if (bytes.byteLength - position > MAX_NAMES_BYTES) {
          throw new FormatError(
            `${options.label}: ${opcodeName(opcode)} at byte ${position}: the name is not terminated`,
          );
        }
        return { done: false, position, needed: bytes.byteLength + 1 };
      }
      next = second + 1;
    } else if (typeof argument === "number") {
      next = position + 1 + argument;
    } else {
      const width = LENGTH_WIDTHS[argument];
      if (position + 1 + width > bytes.byteLength) {
        return { done: false, position, needed: position + 1 + width };
      }
      next = position + 1 + width + readLength(view, position + 1, width);
      if (next > options.left) {
        throw new FormatError(
          `${options.label}: ${opcodeName(opcode)} at byte ${position} states ${next - position - 1 - width} bytes; ` +
            `${Math.max(0, options.left - position - 1 - width)} are left`,
          { hint: "The file was cut short or is damaged; fetch it again." },
        );
      }
    }
    if (next > bytes.byteLength) {
      return { done: false, position, needed: next };
    }
    position = next;
    if (opcode === OPCODE.STOP) {
      return { done: true, position };
    }
  }
  return { done: false, position, needed: position + 1 };
}

const LENGTH_WIDTHS = { length1: 1, length4: 4, length8: 8 } as const;

function readLength(view: DataView, position: number, width: 1 | 4 | 8): number {
  if (width === 1) return view.getUint8(position);
  const low = view.getUint32(position, true);
  return width === 4 ? low : low + view.getUint32(position + 4, true) * 2 ** 32;
}
