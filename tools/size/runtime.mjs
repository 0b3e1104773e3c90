export { smyd } from "@samoyed/runtime-smyd";
