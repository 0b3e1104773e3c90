export { run } from "./run";
export { hashDigest, hashStart, hashUpdate } from "@samoyed/smyd-file/kernels/xxh64";
