export { main, type MainOptions } from "./main.ts";
export type { Terminal } from "./terminal.ts";
