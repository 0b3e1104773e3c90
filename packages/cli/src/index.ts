export { main, type MainOptions } from "./main.ts";
export { standInTensors, type StandIn } from "./stand-in-tensors.ts";
export type { Terminal } from "./terminal.ts";
