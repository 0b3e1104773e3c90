export { filesInNode } from "./files-in-node.ts";
