/**
 * Blends the pixels of an RGB image over a color, by their opacity: Pillow's `background.paste(image, mask=alpha)` (Paste.c),
 * in place.
 *
 * @param alpha one byte per pixel.
 */
export function blendOver(rgb: Uint8Array, alpha: Uint8Array, background: readonly number[]): void {
  for (let i = 0, at = 0; i < alpha.length; i++) {
    const opacity = alpha[i]!;
    for (let channel = 0; channel < 3; channel++, at++) {
      const sum = background[channel]! * (255 - opacity) + rgb[at]! * opacity + 128;
      rgb[at] = ((sum >> 8) + sum) >> 8;
    }
  }
}
