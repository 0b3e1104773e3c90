// Sessions in a page, driven from Node: what golden cases run in a browser.
import type { Session } from "@samoyed/runtime";
import type { PageSessions } from "../../runtime-tfjs/test/page-sessions.ts";
import { fromWire, toWire } from "../../runtime-tfjs/test/wire.ts";
import { smyd, type SmydBackend } from "../src/index.ts";

/** Names say which instructions run, on how many threads. */
const BACKENDS: Record<string, { readonly backend: SmydBackend; readonly threads: number }> = {
  "plain, 1 thread": { backend: smyd({ simd: "plain" }), threads: 1 },
  "plain, 2 threads": { backend: smyd({ simd: "plain" }), threads: 2 },
  "relaxed, 1 thread": { backend: smyd({ simd: "relaxed" }), threads: 1 },
  "relaxed, 2 threads": { backend: smyd({ simd: "relaxed" }), threads: 2 },
};
const open: Session[] = [];

const sessions: PageSessions = {
  availability: async (name) => BACKENDS[name]!.backend.availability(),
  async open(name, url) {
    const { backend, threads } = BACKENDS[name]!;
    return open.push(await backend.load(url, { threads })) - 1;
  },
  async run(session, input, taps) {
    const outputs = await open[session]!.run({ input: fromWire(input) }, { taps });
    return Array.from(outputs, ([name, tensor]) => [name, toWire(tensor)] as const);
  },
  async close(session) {
    await open[session]!.dispose();
    return 0;
  },
};
window.sessions = sessions;
