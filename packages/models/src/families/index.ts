import type { Family } from "../family.ts";
import { resnet } from "./resnet/index.ts";

/** Every family. A new family adds a folder here and a line. */
export const FAMILIES: readonly Family[] = [resnet];
