import type { Node } from "@samoyed/ir";
import type { Span } from "../wire.ts";

/** A node as a file has it. */
export interface FileNode {
  readonly node: Node;
  /** Name for messages: by its place where it has none. */
  readonly what: string;
  /** The domain of its operator; empty for ONNX's own. */
  readonly domain: string;
  /** The subgraphs of an `If`, by attribute. */
  readonly branches: ReadonlyMap<string, Span>;
  /** The reason why it is not handled, in words. Its attributes were not read then. */
  readonly refusal?: string;
}
