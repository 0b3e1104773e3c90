import { checkConditioning } from "./arithmetic.ts";
import { inkConverter } from "./inks.ts";
import { createCoefficientStore, decodeScan, transformStore } from "./multi-scan.ts";
import { refuseFrame } from "./refuse-frame.ts";
import { defineStandardHuffman } from "./standard-huffman.ts";

/** What only some JPEGs take: several scans, four inks, tables that are left out, and kinds that are not decoded. */
export interface Rare {
  readonly checkConditioning: typeof checkConditioning;
  readonly createCoefficientStore: typeof createCoefficientStore;
  readonly decodeScan: typeof decodeScan;
  readonly defineStandardHuffman: typeof defineStandardHuffman;
  readonly inkConverter: typeof inkConverter;
  readonly refuseFrame: typeof refuseFrame;
  readonly transformStore: typeof transformStore;
}

export const RARE: Rare = {
  checkConditioning,
  createCoefficientStore,
  decodeScan,
  defineStandardHuffman,
  inkConverter,
  refuseFrame,
  transformStore,
};
