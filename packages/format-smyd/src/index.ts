export { outlineSmyd, type SmydOutline } from "./outline-smyd.ts";
export { readSmyd, type SmydModel } from "./read-smyd.ts";
export type { SmydWeights } from "./storage.ts";
export { writeSmyd, type WriteSmydOptions, type WrittenSmyd } from "./write-smyd.ts";
