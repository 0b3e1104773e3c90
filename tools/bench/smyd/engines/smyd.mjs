import { smyd } from "@samoyed/runtime-smyd";

export const open = (options) => smyd(options);
