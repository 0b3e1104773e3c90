// One architecture of the catalogue from its own state dict, without weights: recognized, built, converted to ONNX, checked.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { rewriteAll } from "@samoyed/convert";
import { FormatError } from "@samoyed/core";
import { CANONICAL_OPERATORS, expandOperators } from "@samoyed/graph";
import {
  buildModel,
  classifierOf,
  countClasses,
  identifyModel,
  isSameNetwork,
  loadArchitecture,
  modelParameters,
  openCatalogue,
} from "@samoyed/models";
import { compareFamily } from "./compare-family.mjs";
import { writeHollowOnnx } from "./write-hollow-onnx.mjs";
import { zeroState } from "./zero-weights.mjs";

/** A number of classes that no published network has. */
const FINE_TUNED = 17;
/** The number of classes of networks whose family is code, where the catalogue does not have them, too. */
const IMAGENET = 1000;

/** The number of classes that timm gives an architecture; 0 for one without a classifier. */
async function ownClasses(name, architecture) {
  const found = await (await openCatalogue()).load(name);
  if (found === undefined) return IMAGENET;
  const types = new Map(found.file.tensors.map(([tensor, shape]) => [tensor, { shape }]));
  return countClasses(classifierOf(architecture), types);
}

function sameParameters(a, b, numClasses) {
  const list = (architecture) =>
    JSON.stringify([...modelParameters(architecture, { numClasses })].map(([name, { shape }]) => [name, shape]).sort());
  return list(a) === list(b);
}

/**
 * How tensors are recognized: as the network's `own`, under its name or another of the same network; as one that shares
 * them, and says so; or not at all, and the error says that the network has to be `named`, since its group norms look like
 * batch norms without statistics.
 */
async function recognize(tensors, { name, architecture, numClasses }) {
  let found;
  try {
    found = await identifyModel(tensors);
  } catch (error) {
    if (error instanceof FormatError && error.hint?.includes(`--model ${name}`)) return "named";
    throw error;
  }
  if (found.numClasses !== numClasses) throw new Error(`${found.numClasses} classes found; expected ${numClasses}`);
  if (found.name === name) return "own";
  if (isSameNetwork(found.architecture, architecture)) return "own";
  if (!sameParameters(found.architecture, architecture, numClasses)) throw new Error(`taken for ${found.name}`);
  if (!found.alternatives.some((other) => other.name === name)) {
    throw new Error(`taken for ${found.name}, and not among its alternatives`);
  }
  return "shared";
}

async function sweepVariant({ name, architecture, numClasses }, { check, folder }) {
  const tensors = zeroState(modelParameters(architecture, { numClasses }));
  const result = {};
  let step = "recognized";
  try {
    result.recognized = await recognize(tensors, { name, architecture, numClasses });
    step = "built";
    const built = buildModel({ architecture, numClasses, tensors, name });
    result.built = true;
    step = "converted";
    const { graph } = expandOperators(rewriteAll(built, {}).graph, CANONICAL_OPERATORS);
    const path = join(folder, "model.onnx");
    const bytes = await writeHollowOnnx(graph, path);
    result.converted = true;
    result.nodes = graph.nodes.length;
    result.megabytes = Math.round(bytes / 1e6);
    step = "checked";
    const error = await check(path);
    rmSync(path);
    rmSync(`${path}.data`);
    if (error !== undefined) throw new Error(error);
    result.checked = true;
  } catch (error) {
    result.failed = `not ${step}: ${error.message}`;
  }
  return { numClasses, ...result };
}

/** Whether a family's code and the catalogue give the same: `{ same }` or `{ failed }`; `undefined` where only one has it. */
async function compareWays(name) {
  try {
    const same = await compareFamily(name);
    return same && { same };
  } catch (error) {
    return { failed: error.message };
  }
}

/**
 * Checks an architecture with its own number of classes, with another one, and without a classifier.
 *
 * @param context `check(path)`, which resolves to what ONNX's checker says, and a folder for what it checks.
 * @returns `{ variants, code? }`, or `{ refused }` where the catalogue does not have it.
 */
export async function sweepArchitecture(name, { check, folder }) {
  let architecture;
  try {
    architecture = await loadArchitecture(name);
  } catch (error) {
    return { refused: error.message };
  }
  const own = await ownClasses(name, architecture);
  const classes = own === 0 ? [0] : [own, FINE_TUNED, 0];
  const variants = [];
  for (const numClasses of classes) {
    variants.push(await sweepVariant({ name, architecture, numClasses }, { check, folder }));
  }
  const code = await compareWays(name);
  return { variants, ...(code && { code }) };
}
