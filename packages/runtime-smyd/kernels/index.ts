export { run } from "./run";
export { hashDigest, hashStart, hashUpdate } from "./xxh64";
