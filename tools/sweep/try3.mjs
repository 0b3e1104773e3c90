import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { exportedNetwork } from "../architectures/exported-network.mjs";
import { inferTypes } from "@samoyed/graph";
const [file, a, b] = process.argv.slice(2);
const doc = JSON.parse(gunzipSync(readFileSync(file)).toString());
const { graph } = await exportedNetwork(doc);
if (process.env.OPS) {
  const ops = {};
  for (const n of graph.nodes) ops[n.op] = (ops[n.op] ?? 0) + 1;
  console.log(ops);
  console.log(graph.nodes.filter((n) => n.outputs.some((o) => inferTypes(graph).get(o)?.shape.includes(0))).length);
}
console.log(graph.inputs, graph.outputs);
const t = inferTypes(graph);
for (const n of graph.nodes.slice(Number(a), Number(b)))
  console.log(
    n.name,
    n.op,
    JSON.stringify(n.attributes),
    n.inputs.join(),
    n.outputs.map((o) => o + " " + JSON.stringify(t.get(o)?.shape)).join(),
  );
for (const [n, x] of graph.initializers)
  if (x.tensor || x.shape.length < 2)
    try {
      if (n.match(/const|arg|reshape|view/i)) console.log(n, x.dtype, x.shape, x.tensor?.data);
    } catch {}
