/** Image formats, told apart by their first bytes; only JPEG and PNG are decoded. */
export type ImageFormat =
  | "JPEG"
  | "PNG"
  | "GIF"
  | "WebP"
  | "BMP"
  | "TIFF"
  | "AVIF"
  | "HEIC"
  | "JPEG XL"
  | "JPEG 2000"
  | "SVG";

interface Signature {
  readonly format: ImageFormat;
  readonly offset: number;
  /** Bytes as characters. */
  readonly bytes: string;
}

const SIGNATURES: readonly Signature[] = [
  { format: "JPEG", offset: 0, bytes: "\xff\xd8\xff" },
  { format: "PNG", offset: 0, bytes: "\x89PNG\r\n\x1a\n" },
  { format: "GIF", offset: 0, bytes: "GIF87a" },
  { format: "GIF", offset: 0, bytes: "GIF89a" },
  { format: "WebP", offset: 8, bytes: "WEBP" },
  { format: "TIFF", offset: 0, bytes: "II*\0" },
  { format: "TIFF", offset: 0, bytes: "MM\0*" },
  { format: "AVIF", offset: 4, bytes: "ftypavif" },
  { format: "AVIF", offset: 4, bytes: "ftypavis" },
  { format: "HEIC", offset: 4, bytes: "ftyphei" },
  { format: "HEIC", offset: 4, bytes: "ftyphev" },
  { format: "HEIC", offset: 4, bytes: "ftypmif1" },
  { format: "HEIC", offset: 4, bytes: "ftypmsf1" },
  { format: "JPEG XL", offset: 0, bytes: "\xff\x0a" },
  { format: "JPEG XL", offset: 4, bytes: "JXL \r\n\x87\n" },
  { format: "JPEG 2000", offset: 0, bytes: "\xff\x4f\xff\x51" },
  { format: "JPEG 2000", offset: 4, bytes: "jP  \r\n\x87\n" },
  { format: "BMP", offset: 0, bytes: "BM" },
  { format: "SVG", offset: 0, bytes: "<svg" },
];

/** The format that a file's first bytes announce; undefined where none is known. */
export function detectFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  return SIGNATURES.find(({ offset, bytes: wanted }) => start.startsWith(wanted, offset))?.format;
}
