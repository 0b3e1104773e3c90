import { isolatedBackend, type IsolatedBackend } from "@samoyed/check";
import type { Backend } from "@samoyed/runtime";
import { SERVE } from "./serve-argument.ts";

/** Backends in processes of their own, where this program can start them. */
export interface Isolated {
  readonly backends: readonly Backend[];
  /** Ends their processes. */
  close(): void;
}

/** Puts each backend that Node can run into a process of its own. */
export function isolated(backends: readonly Backend[], program: string | undefined): Isolated {
  if (program === undefined) return { backends, close() {} };
  const started: IsolatedBackend[] = [];
  return {
    backends: backends.map((backend) => {
      if (backend.runsIn === "browser") return backend;
      const own = isolatedBackend(backend, { program, args: [SERVE, backend.name] });
      started.push(own);
      return own;
    }),
    close() {
      for (const backend of started) backend.close();
    },
  };
}
