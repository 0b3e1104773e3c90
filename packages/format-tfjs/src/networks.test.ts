import { convertedGraph, expectRecorded, networkInput, SMALL_NETWORKS } from "@samoyed/test-support/networks";
import { describe, it } from "vitest";
import { loadFiles, runModel, toFiles } from "../test/tfjs.ts";

describe.each(["folded", "plain"] as const)("networks computed by timm, %s", (kind) => {
  it.each(SMALL_NETWORKS)("$name", async (network) => {
    const graph = convertedGraph(network, kind);
    const model = await loadFiles(await toFiles(graph));
    const names = graph.outputs.map(({ name }) => name);
    expectRecorded(await runModel(model, { input: networkInput(network) }, names), network);
    model.dispose();
  });
});
