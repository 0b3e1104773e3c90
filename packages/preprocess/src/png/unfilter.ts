import { FormatError } from "@samoyed/core";

/**
 * Undoes the filters of an image or of one pass of it (PNG 9.2), in place.
 *
 * @param data rows of one filter byte and `rowBytes` bytes, from `offset`.
 * @param pixelBytes bytes of a whole pixel, 1 if several pixels share a byte.
 * @throws FormatError for a filter type above 4.
 */
export function unfilter(
  data: Uint8Array,
  { offset, rows, rowBytes, pixelBytes }: { offset: number; rows: number; rowBytes: number; pixelBytes: number },
): void {
  for (let row = 0; row < rows; row++) {
    const start = offset + row * (rowBytes + 1) + 1;
    const filter = data[start - 1]!;
    const current = data.subarray(start, start + rowBytes);
    const above = row === 0 ? new Uint8Array(rowBytes) : data.subarray(start - rowBytes - 1, start - 1);
    switch (filter) {
      case 0:
        break;
      case 1:
        for (let i = pixelBytes; i < rowBytes; i++) current[i]! += current[i - pixelBytes]!;
        break;
      case 2:
        for (let i = 0; i < rowBytes; i++) current[i]! += above[i]!;
        break;
      case 3:
        unfilterAverage(current, above, pixelBytes);
        break;
      case 4:
        unfilterPaeth(current, above, pixelBytes);
        break;
      default:
        throw new FormatError(`PNG: filter type ${filter} in row ${row}; expected 0 to 4`);
    }
  }
}

function unfilterAverage(current: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let i = 0; i < current.length; i++) {
    const left = i < pixelBytes ? 0 : current[i - pixelBytes]!;
    current[i]! += (left + above[i]!) >> 1;
  }
}

function unfilterPaeth(current: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  const first = Math.min(pixelBytes, current.length);
  for (let i = 0; i < first; i++) current[i]! += above[i]!;
  for (let i = first; i < current.length; i++) {
    const left = current[i - pixelBytes]!;
    const up = above[i]!;
    const corner = above[i - pixelBytes]!;
    const toLeft = Math.abs(up - corner);
    const toUp = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    current[i]! += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
  }
}
