import { type DType, elementCount, type StandInFill, UnsupportedError, UsageError } from "@samoyed/core";
import { canonicalize } from "@samoyed/graph";
import type { Graph } from "@samoyed/ir";
import type { Family, FamilyBuildOptions, InputSize } from "../family.ts";
import { heNormal, ONES, ZEROS } from "../fills.ts";
import type { Parameter } from "../parameter.ts";
import { tapName } from "../tap-name.ts";
import type { StoredWeight } from "./architecture-file.ts";
import { applyChanges, catalogueSettings, withCatalogueSettings } from "./catalogue-settings.ts";
import { COUNTER } from "./fingerprint.ts";
import { type CataloguedArchitecture, channelsOf, storedChannels } from "./catalogued-architecture.ts";
import { decodeGraph } from "./decode-graph.ts";

/** A stand-in's fill, by what the name and the shape show. */
function fillOf([name, shape]: StoredWeight): StandInFill {
  if (shape.length > 1 && elementCount(shape) > 0) return heNormal(shape);
  return /(?:running_var|weight|gamma\w*)$/.test(name) ? ONES : ZEROS;
}

function parametersOf(
  { file, channels }: CataloguedArchitecture,
  { numClasses }: { readonly numClasses: number },
): ReadonlyMap<string, Parameter> {
  const absent = new Set(numClasses === 0 ? file.absentWithoutClasses : []);
  const classAxes = new Map(file.classes);
  const channelAxes = new Map(file.channels);
  const own = storedChannels(file);
  const parameters = new Map<string, Parameter>();
  for (const stored of file.tensors) {
    const [name, shape, dtype = "float32"] = stored;
    if (absent.has(name)) continue;
    const [classAxis, channelAxis] = [classAxes.get(name), channelAxes.get(name)];
    const sized = shape.map((size, axis) => {
      if (axis === classAxis) return numClasses;
      return axis === channelAxis ? (size * channels) / own : size;
    });
    parameters.set(name, {
      shape: sized,
      dtype: dtype as DType,
      fill: fillOf(stored),
      ...(COUNTER.test(name) && { optional: true }),
    });
  }
  return parameters;
}

/** @throws UsageError for sides at which timm's network computes something else, or fails. */
function checkSides({ name, file: { sides } }: CataloguedArchitecture, [, ...given]: InputSize): void {
  if (sides === undefined) return;
  const { multiple, least } = sides;
  const wrong = given.find((side) => typeof side === "number" && (side < least || side % multiple !== 0));
  if (wrong === undefined) return;
  const multiples = multiple === 1 ? "" : `multiples of ${multiple}, `;
  throw new UsageError(
    `${name} does not take images of ${given.join("×")}; expected sides that are ${multiples}at least ${least}`,
    {
      hint: "Give another size with --size.",
    },
  );
}

function build(options: FamilyBuildOptions<CataloguedArchitecture>): Graph {
  const { architecture, tensors, output, taps, inputSize, name } = options;
  const { file } = architecture;
  checkSides(architecture, inputSize);
  if (file.graph.outputs[output] === undefined) {
    throw new UnsupportedError(`${architecture.name} has no output ${output}: it has no classifier`);
  }
  if (taps && file.taps.length === 0) {
    const { name: own, noTaps } = architecture;
    const why =
      noTaps === undefined
        ? "its feature maps are not in this version of Samoyed"
        : `timm's features_only does not give its feature maps (${noTaps})`;
    throw new UnsupportedError(`${own} has no taps: ${why}`, {
      hint: "Convert it without taps.",
    });
  }
  const tapped = taps ? file.taps.map((module) => [tapName(module), tapName(module)] as const) : [];
  const graph = decodeGraph(file.graph, {
    name,
    data: file.data,
    names: file.tensors.map(([tensor]) => tensor),
    tensors,
    input: [file.graph.input[0]!, ...inputSize],
    outputs: [[output, output], ...tapped],
  });
  return canonicalize(architecture.changes === undefined ? graph : applyChanges(graph, architecture)).graph;
}

/** Every architecture of timm's as data: see `Catalogue`. */
export const catalogueFamily: Family<CataloguedArchitecture> = {
  name: "catalogue",
  source: "timm",
  architectures: () => new Map(),
  names: () => [],
  recognize: () => undefined,
  parameters: parametersOf,
  classifier: ({ file }) => ({ tensors: file.classes.map(([name]) => name) }),
  withChannelsOf: (architecture, tensors) => ({ ...architecture, channels: channelsOf(architecture.file, tensors) }),
  settings: catalogueSettings,
  withSettings: withCatalogueSettings,
  inputSize: ({ file, channels }) => [channels, file.graph.input[2]!, file.graph.input[3]!],
  taps: ({ file }) => file.taps,
  build,
};
