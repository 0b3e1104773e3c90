// Sessions of the `.smyd` runtime in a page, driven from Node. Their names say which instructions run, on how many threads.
import { smyd } from "@samoyed/runtime-smyd";
import { pageSessions } from "./page-sessions.ts";

window.sessions = pageSessions(
  new Map(
    (["plain", "relaxed"] as const).flatMap((simd) => [
      [`${simd}, 1 thread`, { backend: smyd({ simd }), threads: 1 }],
      [`${simd}, 2 threads`, { backend: smyd({ simd }), threads: 2 }],
    ]),
  ),
  () => 0,
);
