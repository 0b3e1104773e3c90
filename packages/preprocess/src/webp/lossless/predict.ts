/** The sum of two pixels, each channel for itself, modulo 256. */
export function addArgb(a: number, b: number): number {
  const alphaGreen = ((a >>> 8) & 0xff00ff) + ((b >>> 8) & 0xff00ff);
  const redBlue = (a & 0xff00ff) + (b & 0xff00ff);
  return ((alphaGreen & 0xff00ff) << 8) | (redBlue & 0xff00ff);
}

/** The mean of two pixels, each channel rounded down. */
function average(a: number, b: number): number {
  return (((a ^ b) & 0xfefefefe) >>> 1) + (a & b);
}

/**
 * The prediction of a pixel from those before it; right above the last column is the first pixel of the same row.
 *
 * Matches RFC 9649, section 4.1.
 */
export function predict(mode: number, pixels: Int32Array, at: number, width: number): number {
  const left = pixels[at - 1]!;
  const top = pixels[at - width]!;
  const topLeft = pixels[at - width - 1]!;
  const topRight = pixels[at - width + 1]!;
  switch (mode) {
    case 1:
      return left;
    case 2:
      return top;
    case 3:
      return topRight;
    case 4:
      return topLeft;
    case 5:
      return average(average(left, topRight), top);
    case 6:
      return average(left, topLeft);
    case 7:
      return average(left, top);
    case 8:
      return average(topLeft, top);
    case 9:
      return average(top, topRight);
    case 10:
      return average(average(left, topLeft), average(top, topRight));
    case 11:
      return select(top, { left, topLeft });
    case 12:
      return eachChannel((shift) => {
        const sum = channel(left, shift) + channel(top, shift) - channel(topLeft, shift);
        return Math.min(Math.max(sum, 0), 255);
      });
    case 13: {
      const mean = average(left, top);
      return eachChannel((shift) => {
        const value = channel(mean, shift);
        return Math.min(Math.max(value + Math.trunc((value - channel(topLeft, shift)) / 2), 0), 255);
      });
    }
    default:
      return 0xff000000 | 0;
  }
}

function channel(pixel: number, shift: number): number {
  return (pixel >>> shift) & 255;
}

function eachChannel(value: (shift: number) => number): number {
  return (value(24) << 24) | (value(16) << 16) | (value(8) << 8) | value(0);
}

/** Of the pixels above and to the left the one that is nearer to `left + top − topLeft`. */
function select(top: number, { left, topLeft }: { readonly left: number; readonly topLeft: number }): number {
  let difference = 0;
  for (let shift = 0; shift < 32; shift += 8) {
    difference += Math.abs(channel(left, shift) - channel(topLeft, shift));
    difference -= Math.abs(channel(top, shift) - channel(topLeft, shift));
  }
  return difference <= 0 ? top : left;
}
