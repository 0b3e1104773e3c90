import type { HuffmanSpec } from "./huffman.ts";
import type { Tables } from "./tables.ts";

/**
 * Fills in the typical tables of T.81 annex K.3 where numbers 0 (luminance) and 1 (chrominance) are undefined, like
 * libjpeg-turbo for sequential images: frames of Motion JPEG omit them.
 */
export function defineStandardHuffman(tables: Tables): void {
  tables.dc[0] ??= fromHex("00010501010101010100000000000000", DC_SYMBOLS);
  tables.dc[1] ??= fromHex("00030101010101010101010000000000", DC_SYMBOLS);
  tables.ac[0] ??= fromHex("0002010303020403050504040000017d", AC_LUMINANCE);
  tables.ac[1] ??= fromHex("00020102040403040705040400010277", AC_CHROMINANCE);
}

const DC_SYMBOLS = "000102030405060708090a0b";

const AC_LUMINANCE =
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a" +
  "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9" +
  "aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa";

const AC_CHROMINANCE =
  "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a" +
  "434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8" +
  "a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";

function fromHex(counts: string, symbols: string): HuffmanSpec {
  return { counts: hexBytes(`00${counts}`), symbols: hexBytes(symbols) };
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
