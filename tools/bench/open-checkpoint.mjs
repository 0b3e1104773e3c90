// Opens a checkpoint and lists its tensors; prints how long that took inside the process.
import { fileSource } from "@samoyed/core/node";
import { openCheckpoint, stateDict } from "@samoyed/checkpoint";

const start = performance.now();
const checkpoint = await openCheckpoint(await fileSource(process.argv[2]));
const { tensors } = stateDict(checkpoint);
const milliseconds = performance.now() - start;
await checkpoint.close();
console.log(JSON.stringify({ milliseconds, tensors: tensors.size }));
