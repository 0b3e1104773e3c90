// A network that the oracle exported, as graphs whose weights have no elements.
import { InternalError, lazyFromChunks } from "../../packages/core/dist/index.js";
import { convertExported } from "../../packages/format-pt2/dist/index.js";

function tensor(name, dtype, shape, bytes) {
  return lazyFromChunks({ name, dtype, shape }, async function* () {
    if (bytes === undefined) throw new InternalError(`${name} has no elements: an architecture has no weights`);
    yield bytes;
  });
}

async function graphOf({ name, program, constants }, state) {
  const { graph } = await convertExported({
    label: name,
    stateDict: new Map(state.map(([key, dtype, shape]) => [key, tensor(key, dtype, shape)])),
    constants: new Map(
      Object.entries(constants).map(([key, { dtype, shape, data }]) => [
        key,
        tensor(key, dtype, shape, Buffer.from(data, "base64")),
      ]),
    ),
    readGraph: async () => Buffer.from(JSON.stringify(program)),
  });
  return graph;
}

/** What `encodeArchitecture` takes, of the oracle's documents. */
export async function exportedNetwork(document, taps) {
  const { state, classes, absentWithoutClasses, channels } = document;
  const graph = await graphOf(document, state);
  // Feature maps that were exported for one size are none of a graph that takes others.
  const tapped =
    taps === undefined || taps.refused !== undefined || (document.open && !taps.open)
      ? undefined
      : { graph: await graphOf(taps, state), modules: taps.taps.map(({ module }) => module) };
  return {
    graph,
    outputs:
      document.features === "none" ? [document.config.num_classes ? "logits" : "features"] : ["logits", "features"],
    taps: tapped,
    state,
    classes,
    absentWithoutClasses,
    channels,
    sides: document.open || undefined,
  };
}
