import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { canonicalize, foldConstants, dropIdentities, fusePad, rewriteGraph } from "@samoyed/graph";
import { buildModel, encodeArchitecture, modelParameters, loadArchitecture } from "@samoyed/models";
import { exportedNetwork } from "../architectures/exported-network.mjs";
import { zeroState } from "./zero-weights.mjs";
import { compareGraphs, seededState } from "./compare-graphs.mjs";
const dir = process.argv[2];
for (const name of process.argv.slice(3)) {
  const doc = JSON.parse(gunzipSync(readFileSync(`${dir}/${name}.json.gz`)).toString());
  const file = JSON.parse(JSON.stringify(await encodeArchitecture(await exportedNetwork(doc))));
  const code = await loadArchitecture(name);
  const data = { family: "catalogue", name, fileName: name, file, channels: 3 };
  try {
    const tensors = seededState(modelParameters(code, { numClasses: 1000 }));
    const inputSize = file.sides ? undefined : file.graph.input.slice(1);
    const graphs = [code, data].map(
      (architecture) =>
        rewriteGraph(canonicalize(buildModel({ architecture, numClasses: 1000, tensors, name, inputSize })).graph, [
          foldConstants,
          dropIdentities,
          fusePad,
        ]).graph,
    );
    console.log(
      name,
      JSON.stringify(file.sides),
      await compareGraphs(...graphs, tensors).catch((e) => e.message),
      Math.round(performance.now()),
    );
    if (process.env.V)
      for (const g of graphs) {
        console.log("==");
        for (const n of g.nodes) console.log(n.name, n.op, JSON.stringify(n.attributes), n.inputs, n.outputs);
      }
  } catch (e) {
    console.log(name, e.message);
  }
}
