export type { SmydWeights } from "./weight-records.ts";
export { writeSmyd, type WriteSmydOptions } from "./write-smyd.ts";
