import { type CheckpointValue, type InertRecord, stateDict } from "@samoyed/checkpoint";
import { type LazyTensor, lazyTensor, MismatchError } from "@samoyed/core";
import { type Architecture, buildModel, loadArchitecture, modelParameters } from "@samoyed/models";
import { expect, test } from "vitest";
import { checkModuleFacts } from "./check-facts.ts";
import { factsOf } from "./facts-of.ts";

type Entries = Map<string, CheckpointValue>;
type Change = (settings: Entries, path: string) => InertRecord | undefined;

const record = (name: string, own: Entries): InertRecord => ({ kind: "inert", global: name, args: [], state: own });

/** A module's object as PyTorch pickles it, around tensors and other modules. */
function moduleOf(name: string, own: Entries): { record: InertRecord; modules: Entries; parameters: Entries } {
  const [modules, parameters]: [Entries, Entries] = [new Map(), new Map()];
  own.set("_parameters", parameters).set("_buffers", new Map()).set("_modules", modules);
  return { record: record(name, own), modules, parameters };
}

interface Tree {
  readonly children: Map<string, Tree>;
  readonly tensors: Map<string, LazyTensor>;
}

/** resnet18 as `torch.save(model)` saves it: the settings of its layers are those of the graph, until `change`. */
function saved(tensors: ReadonlyMap<string, LazyTensor>, change: Change, reused: boolean): InertRecord {
  const root: Tree = { children: new Map(), tensors: new Map() };
  const at = (path: readonly string[]): Tree =>
    path.reduce<Tree>((tree, step) => {
      const next = tree.children.get(step) ?? { children: new Map(), tensors: new Map() };
      tree.children.set(step, next);
      return next;
    }, root);
  for (const [name, tensor] of tensors) {
    const path = name.split(".");
    at(path.slice(0, -1)).tensors.set(path.at(-1)!, tensor);
  }
  at(["maxpool"]);
  if (reused) at(["relu"]);
  else for (const path of ["act1", "layer1.0.act1", "layer4.1.act2"]) at(path.split("."));
  const make = (tree: Tree, path: string): InertRecord => {
    const settings: Entries = new Map();
    let name = "nets.Block";
    const stride = /^layer[234]\.0\.(conv1|downsample\.0)$/.test(path) || path === "conv1" ? 2 : 1;
    const kernel = tree.tensors.get("weight")?.shape[2];
    if (/conv\d$|downsample\.0$/.test(path)) {
      name = "torch.nn.modules.conv.Conv2d";
      settings.set("stride", [stride, stride]).set("dilation", [1, 1]).set("groups", 1);
      settings.set("padding", [Math.floor(kernel! / 2), Math.floor(kernel! / 2)]);
    } else if (/bn\d$|downsample\.1$/.test(path)) {
      name = "torch.nn.modules.batchnorm.BatchNorm2d";
      settings.set("eps", 1e-5);
    } else if (path === "maxpool") {
      name = "torch.nn.modules.pooling.MaxPool2d";
      settings.set("kernel_size", 3).set("stride", 2).set("padding", 1);
    } else if (/act\d$|relu$/.test(path)) {
      name = "torch.nn.modules.activation.ReLU";
    }
    const changed = change(settings, path);
    const { record: made, modules, parameters } = moduleOf(changed?.global ?? name, settings);
    for (const [key, tensor] of tree.tensors) parameters.set(key, tensor);
    for (const [key, child] of tree.children) modules.set(key, make(child, path === "" ? key : `${path}.${key}`));
    return made;
  };
  return make(root, "");
}

const architecture: Architecture = await loadArchitecture("resnet18");
const weights = new Map(
  [...modelParameters(architecture, { numClasses: 5 })].map(([name, { dtype, shape }]): [string, LazyTensor] => {
    const zeros = { dtype, shape, data: new Float32Array(shape.reduce((count, size) => count * size, 1)) };
    return [name, dtype === "float32" ? lazyTensor(name, zeros as never) : scalar(name)];
  }),
);

function scalar(name: string): LazyTensor {
  return lazyTensor(name, { dtype: "int64", shape: [], data: BigInt64Array.of(0n) });
}

function check(change: Change = () => undefined, { reused = false, prefix = "" } = {}): void {
  const module = saved(weights, change, reused);
  const outer = moduleOf("nets.Parallel", new Map());
  outer.modules.set(prefix.slice(0, -1), module);
  const root = prefix === "" ? module : outer.record;
  const { tensors } = stateDict({ root });
  const bare = new Map(
    [...tensors].map(([name, tensor]) => [name.slice(name.startsWith(prefix) ? prefix.length : 0), tensor]),
  );
  const facts = factsOf(root, [...bare.keys()])!;
  expect(facts.class).toBe("nets.Block");
  checkModuleFacts(buildModel({ architecture, numClasses: 5, tensors: weights, name: "resnet18" }), facts);
}

const setting =
  (at: string, name: string, value: CheckpointValue): Change =>
  (settings, path) => {
    if (path === at) settings.set(name, value);
    return undefined;
  };
const classAt =
  (at: RegExp, name: string): Change =>
  (_, path) =>
    at.test(path) ? record(name, new Map()) : undefined;

test("a module that agrees", () => {
  check();
  check(() => undefined, { reused: true });
  check(() => undefined, { prefix: "net." });
  // A padding in words and settings that are absent say nothing.
  check(setting("conv1", "padding", "same"));
});

test.each<[string, Change, string]>([
  ["stride", setting("layer2.0.conv1", "stride", [1, 1]), "layer2.0.conv1 has stride 1; the network has 2"],
  ["a stride of one number", setting("conv1", "stride", 1), "conv1 has stride 1; the network has 2"],
  ["dilation", setting("layer4.1.conv1", "dilation", [2, 2]), "layer4.1.conv1 has dilation 2; the network has 1"],
  ["padding", setting("conv1", "padding", [3, 2]), "conv1 has padding 3 × 2; the network has 3"],
  ["groups", setting("layer1.0.conv1", "groups", 2), "layer1.0.conv1 has groups 2; the network has 1"],
  ["epsilon", setting("bn1", "eps", 1e-3), "bn1 has eps 0.001; the network has 0.00001"],
  [
    "no pooling",
    classAt(/^maxpool$/, "torch.nn.modules.linear.Identity"),
    "maxpool is a torch.nn.modules.linear.Identity; the network has MaxPool there",
  ],
  ["pooling", setting("maxpool", "stride", 1), "maxpool has stride 1; the network has 2"],
  [
    "one activation",
    classAt(/^layer1\.0\.act1$/, "torch.nn.modules.activation.SiLU"),
    "layer1.0.act1 is a torch.nn.modules.activation.SiLU; the network has Relu there",
  ],
  ["an activation of one's own", classAt(/^act1$/, "nets.Snake"), "act1 is a nets.Snake; the network has Relu there"],
])("another %s: a typed error", (_, change, problem) => {
  const message = `the tensors are those of resnet18, but the nets.Block in the checkpoint computes something else: ${problem}`;
  expect(() => check(change)).toThrow(MismatchError);
  expect(() => check(change)).toThrow(message);
  expect(() => check(change, { prefix: "net." })).toThrow(message);
});

test("another activation under a name of its own", () => {
  const gelu = classAt(/^relu$/, "torch.nn.modules.activation.GELU");
  expect(() => check(gelu, { reused: true })).toThrow(
    "it has activations of the class GELU, which the network does not have",
  );
});

test("tensors under names that no module has", () => {
  expect(factsOf(new Map(), ["conv1.weight"])).toBeUndefined();
  expect(
    factsOf(
      saved(weights, () => undefined, false),
      ["stem.weight"],
    ),
  ).toBeUndefined();
  expect(
    factsOf(
      saved(weights, () => undefined, false),
      [],
    ),
  ).toBeUndefined();
});
