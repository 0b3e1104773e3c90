import { describe, it } from "vitest";
import { smyd } from "../src/node.ts";
import { smydBytes } from "./models.ts";
import { expectRecorded, convertedGraph, networkInput, SMALL_NETWORKS } from "@samoyed/test-support/networks";

describe.each(["folded", "plain"] as const)("networks computed by timm, %s", (kind) => {
  it.each(SMALL_NETWORKS)("$name", async (network) => {
    const bytes = await smydBytes(convertedGraph(network, kind));
    // One thread for the one kind and two for the other: elsewhere it is shown that numbers do not depend on it.
    const session = await smyd().load(bytes, { threads: kind === "folded" ? 1 : 2 });
    const values = await session.run({ input: networkInput(network) });
    await session.dispose();
    expectRecorded(values, network);
  });
});
