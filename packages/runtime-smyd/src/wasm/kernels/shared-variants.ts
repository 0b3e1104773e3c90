import type { Variants } from "./load.ts";

/** The variants for a memory that threads share. */
export const SHARED: Variants = {
  common: { plain: () => import("./built/plain-shared.ts"), relaxed: () => import("./built/relaxed-shared.ts") },
  sequences: {
    plain: () => import("./built/plain-shared-sequences.ts"),
    relaxed: () => import("./built/relaxed-shared-sequences.ts"),
  },
  usual: {
    plain: () => import("./built/plain-shared-usual.ts"),
    relaxed: () => import("./built/relaxed-shared-usual.ts"),
  },
  all: {
    plain: () => import("./built/plain-shared-all.ts"),
    relaxed: () => import("./built/relaxed-shared-all.ts"),
  },
};
