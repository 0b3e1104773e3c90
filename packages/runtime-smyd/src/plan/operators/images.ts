import type { Operator } from "../operator.ts";
import { BATCH_NORM } from "./batch-norm.ts";
import { POOLING } from "./pooling.ts";

/** What convolutional classifiers have besides the common operators. */
export const IMAGES: Readonly<Record<string, Operator>> = { ...BATCH_NORM, ...POOLING };
