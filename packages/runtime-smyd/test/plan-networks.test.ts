import { describe, it } from "vitest";
import { expectRecorded, convertedGraph, networkInput, SMALL_NETWORKS } from "@samoyed/test-support/networks";
import { runPlanned } from "./run-plan.ts";

describe("plans of networks touch nothing but their own memory, and give what timm gives", () => {
  it.each(SMALL_NETWORKS)("$name", async (network) => {
    const { values } = await runPlanned(convertedGraph(network, "folded"), { input: networkInput(network) });
    expectRecorded(values, network);
  });
});
