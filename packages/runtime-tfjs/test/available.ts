import type { Backend } from "@samoyed/runtime";
import { tfjsCpu, tfjsNode, tfjsWasm } from "../src/node.ts";

const required = process.env["SAMOYED_REQUIRE"] === "all";

/** The backends that run in Node, and whether they are available; if all are required, a missing one is a failure. */
export const BACKENDS: readonly (readonly [string, Backend, boolean])[] = await Promise.all(
  [tfjsCpu(), tfjsWasm(), tfjsNode()].map(async (backend) => {
    const runs = required || (await backend.availability()).available;
    return [runs ? backend.name : `${backend.name} (not run: it is not available here)`, backend, runs] as const;
  }),
);
