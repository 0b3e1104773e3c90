export { withCheckpoint, type WithCheckpointOptions } from "./with-checkpoint.ts";
