/** Marker codes (T.81 table B.1), without their 0xFF. */
export const MARKER = {
  SOF0: 0xc0,
  SOF1: 0xc1,
  SOF2: 0xc2,
  DHT: 0xc4,
  SOF9: 0xc9,
  SOF10: 0xca,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  DQT: 0xdb,
  DNL: 0xdc,
  DRI: 0xdd,
  APP0: 0xe0,
  APP14: 0xee,
  APP15: 0xef,
  COM: 0xfe,
  TEM: 0x01,
} as const;

/** A marker found in the file. */
export interface Marker {
  /** Its code, without the 0xFF. */
  readonly code: number;
  /** Offset of the end of the marker's code, where its segment begins. */
  readonly offset: number;
}

/**
 * Finds the next marker at or after `offset`, skipping stray bytes, fill bytes and stuffed zeros like libjpeg-turbo
 * (`next_marker` of jdmarker.c). Undefined when the file ends first.
 */
export function nextMarker(bytes: Uint8Array, offset: number): Marker | undefined {
  for (let at = offset; ;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return undefined;
    while (bytes[at] === 0xff) at++;
    if (at >= bytes.length) return undefined;
    const code = bytes[at]!;
    at++;
    if (code !== 0) return { code, offset: at };
  }
}
