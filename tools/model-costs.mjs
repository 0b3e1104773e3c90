// Counts the parameters and multiply-adds of every pretrained configuration of timm's, at its own input size and number
// of classes, from the graphs of packages/architectures, into that package's costs.json.deflate.
//
//   node tools/model-costs.mjs [--check]
//
// --check writes nothing, and fails if the file is not up to date. What cannot be built at its size is left out.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deflateRawSync } from "node:zlib";
import { InternalError, lazyFromChunks } from "../packages/core/dist/index.js";
import { countMultiplyAdds } from "../packages/graph/dist/index.js";
import {
  architectures,
  buildModel,
  listModels,
  loadArchitecture,
  modelParameters,
  openCatalogue,
} from "../packages/models/dist/index.js";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const file = fileURLToPath(new URL("../packages/architectures/data/costs.json.deflate", import.meta.url));

/** Tensors that have names and shapes alone. */
function withoutElements(parameters) {
  return new Map(
    [...parameters].map(([name, { shape, dtype }]) => [
      name,
      // eslint-disable-next-line require-yield
      lazyFromChunks({ name, dtype, shape }, async function* () {
        throw new InternalError(`${name} has no elements`);
      }),
    ]),
  );
}

/** The multiply-adds of a network for one image; 0 where they are not known. */
function multiplyAddsOf(architecture, { numClasses, inputSize }) {
  try {
    const tensors = withoutElements(modelParameters(architecture, { numClasses }));
    const graph = buildModel({ architecture, numClasses, tensors, inputSize });
    const [input] = graph.inputs;
    return countMultiplyAdds({ ...graph, inputs: [{ ...input, shape: [1, ...inputSize] }] }) ?? 0;
  } catch (error) {
    console.log(`${error.message}`);
    return 0;
  }
}

const sum = (shapes) => shapes.reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0);

/** Tensors of a ResNet's state dict that are not trained. */
const BUFFER = /\.(?:running_mean|running_var|num_batches_tracked)$/u;

const catalogue = await openCatalogue();
const indexed = new Map(catalogue.index.architectures.map(([name, , , , parameters]) => [name, parameters]));

/** The trained parameters: the index has them with the network's own classifier. `undefined` where they are not known. */
async function parametersOf(name, numClasses) {
  const family = architectures().get(name);
  if (family !== undefined) {
    const trained = [...modelParameters(family, { numClasses })].filter(([tensor]) => !BUFFER.test(tensor));
    return sum(trained.map(([, { shape }]) => shape));
  }
  if (!indexed.has(name)) return undefined;
  const { tensors, classes, absentWithoutClasses } = (await catalogue.load(name)).file;
  const shapes = new Map(tensors);
  if (numClasses === 0) return indexed.get(name) - sum(absentWithoutClasses.map((tensor) => shapes.get(tensor)));
  let parameters = indexed.get(name);
  for (const [tensor, axis] of classes) {
    const shape = shapes.get(tensor);
    parameters += (sum([shape]) / shape[axis]) * (numClasses - shape[axis]);
  }
  return parameters;
}

const rows = new Map();
for (const { architectureName, numClasses, preprocess } of await listModels()) {
  const inputSize = [...preprocess.inputSize];
  const key = JSON.stringify([architectureName, inputSize, numClasses]);
  if (rows.has(key)) continue;
  const parameters = await parametersOf(architectureName, numClasses);
  if (parameters === undefined) continue;
  const architecture = await loadArchitecture(architectureName);
  const multiplyAdds = multiplyAddsOf(architecture, { numClasses, inputSize });
  rows.set(key, [architectureName, inputSize, numClasses, parameters, multiplyAdds]);
}
const bytes = deflateRawSync(JSON.stringify({ version: 1, networks: [...rows.values()] }), { level: 9 });
if (values.check) {
  if (!readFileSync(file).equals(bytes)) throw new Error("not up to date: costs.json.deflate");
} else {
  writeFileSync(file, bytes);
  console.log(
    `${rows.size} networks, ${[...rows.values()].filter((row) => row[4] === 0).length} without a count, ${bytes.length} bytes`,
  );
}
