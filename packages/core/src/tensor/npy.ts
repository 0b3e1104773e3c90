import { allocateBytes } from "./allocate.ts";
import { asciiBytes } from "../io/byte-signature.ts";
import { bytesPerElement, type DType } from "./dtype.ts";
import { FormatError, UnsupportedError } from "../errors.ts";
import { NPY_MAGIC, type NpyHeader, parseNpyHeader } from "./npy-header.ts";
import { contiguousStrides } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { arrayToBytes, bytesToTensor, tensorByteLength } from "./tensor-bytes.ts";

/** NumPy's format (numpy/lib/format.py, versions 1.0 to 3.0); this package writes it little-endian. */
const DESCR: ReadonlyMap<DType, string> = new Map([
  ["float64", "<f8"],
  ["float32", "<f4"],
  ["float16", "<f2"],
  ["int64", "<i8"],
  ["int32", "<i4"],
  ["int16", "<i2"],
  ["int8", "|i1"],
  ["uint64", "<u8"],
  ["uint32", "<u4"],
  ["uint16", "<u2"],
  ["uint8", "|u1"],
  ["bool", "|b1"],
  ["complex128", "<c16"],
  ["complex64", "<c8"],
] satisfies [DType, string][]);

/** NumPy pads the header so that the data begins at a multiple of this. */
const ALIGNMENT = 64;

/**
 * Parses a NumPy `.npy` file. Fortran order and big-endian data are rearranged; otherwise the tensor is a view of
 * `bytes` if the alignment allows it.
 *
 * @throws FormatError when the bytes are not a complete `.npy` file.
 * @throws UnsupportedError when the elements are objects, structures, strings or a dtype that Samoyed does not know.
 */
export function parseNpy(bytes: Uint8Array): Tensor {
  const header = parseNpyHeader(bytes);
  const { dtype, shape, dataOffset } = header;
  const expected = tensorByteLength(dtype, shape);
  const got = bytes.byteLength - dataOffset;
  if (got !== expected) {
    throw new FormatError(`npy: ${got} bytes of data; expected ${expected} for ${dtype} [${shape.join(", ")}]`, {
      hint: got < expected ? "The file was cut short; write it again." : "Only files with one array are supported.",
    });
  }
  const data = bytes.subarray(dataOffset);
  const ordered = header.fortranOrder && shape.length > 1 ? toRowMajor(data, header) : data;
  return bytesToTensor(header.bigEndian ? swapBytes(ordered, header.swapWidth) : ordered, dtype, shape);
}

/**
 * Encodes a tensor as a `.npy` file, version 1.0, row-major, little-endian, like `numpy.save`.
 *
 * @throws UnsupportedError for bfloat16, float8 and complex32, which NumPy lacks.
 */
export function encodeNpy(tensor: Tensor): Uint8Array {
  const descr = DESCR.get(tensor.dtype);
  if (descr === undefined) {
    throw new UnsupportedError(`npy: NumPy has no dtype for ${tensor.dtype}`, { hint: "Cast the tensor to float32." });
  }
  const shape = tensor.shape.length === 1 ? `(${tensor.shape[0]},)` : `(${tensor.shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const unpadded = NPY_MAGIC.length + 4 + dictionary.length + 1;
  const dataOffset = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const header = `${dictionary.padEnd(dataOffset - NPY_MAGIC.length - 4 - 1)}\n`;
  const data = arrayToBytes(tensor.data);
  const file = allocateBytes(dataOffset + data.byteLength, "npy");
  file.set(NPY_MAGIC);
  file.set([1, 0, header.length & 0xff, header.length >>> 8], NPY_MAGIC.length);
  file.set(asciiBytes(header), NPY_MAGIC.length + 4);
  file.set(data, dataOffset);
  return file;
}

function toRowMajor(data: Uint8Array, { dtype, shape }: NpyHeader): Uint8Array {
  const size = bytesPerElement(dtype);
  const result = allocateBytes(data.byteLength, "npy");
  const target = contiguousStrides(shape);
  const index = new Array<number>(shape.length).fill(0);
  let to = 0;
  for (let from = 0; from < data.byteLength; from += size) {
    result.set(data.subarray(from, from + size), to * size);
    // Fortran order: the first axis varies fastest.
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]!++;
      to += target[axis]!;
      if (index[axis]! < shape[axis]!) {
        break;
      }
      to -= index[axis]! * target[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const result = bytes.slice();
  for (let start = 0; start < result.byteLength; start += width) {
    result.subarray(start, start + width).reverse();
  }
  return result;
}
