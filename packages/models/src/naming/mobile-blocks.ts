import type { Tensors } from "./naming.ts";

/** Sorts module paths with their numbers as numbers. */
const NUMBERS = new Intl.Collator("en", { numeric: true });

/** timm's names of a block's convolutions, by their number and whether the first one is depthwise. */
function convolutions(count: number, isDepthwise: boolean): readonly string[] {
  if (count === 1) return ["conv"];
  if (count === 2) return isDepthwise ? ["conv_dw", "conv_pw"] : ["conv_exp", "conv_pwl"];
  return ["conv_pw", "conv_dw", "conv_pwl"];
}

/**
 * The tensors of a mobile block, convolutions and batch norms in turn and perhaps squeeze and excitation, under timm's
 * names (1.0.29, `_efficientnet_blocks.py`).
 *
 * @param prefix the block's path and a dot.
 * @param path timm's path of the block.
 */
export function renameBlock(tensors: Tensors, prefix: string, path: string): readonly (readonly [string, string])[] {
  const names = [...tensors.keys()].filter((name) => name.startsWith(prefix));
  const modules = new Set(names.map((name) => name.slice(0, name.lastIndexOf("."))));
  const sorted = [...modules].sort(NUMBERS.compare);
  const squeeze = sorted.filter((module) => /\.fc[12]$/u.test(module));
  const norms = sorted.filter((module) => tensors.has(`${module}.running_mean`));
  const layers = sorted.filter((module) => !squeeze.includes(module) && !norms.includes(module));
  const first = tensors.get(`${layers[0]}.weight`);
  const targets = new Map<string, string>([
    ...convolutions(layers.length, first?.shape[1] === 1).map((name, index) => [layers[index]!, name] as const),
    ...norms.map((module, index) => [module, `bn${index + 1}`] as const),
    ...squeeze.map((module) => [module, module.endsWith("fc1") ? "se.conv_reduce" : "se.conv_expand"] as const),
  ]);
  return names.map((name) => {
    const dot = name.lastIndexOf(".");
    return [name, `${path}.${targets.get(name.slice(0, dot)) ?? name.slice(prefix.length, dot)}${name.slice(dot)}`];
  });
}

/** The stage and the place in it of the n-th block, by the number of blocks of each stage. */
export function placeInStages(index: number, stages: readonly number[]): string {
  let rest = index;
  for (const [stage, count] of stages.entries()) {
    if (rest < count) return `blocks.${stage}.${rest}`;
    rest -= count;
  }
  return `blocks.${stages.length}.${rest}`;
}

/**
 * The stage and the place in it of each block, by the width of its output: a stage begins where that is another one.
 *
 * @param widths of all blocks in order, by any key.
 */
export function placesByWidth<Key>(widths: Iterable<readonly [Key, number]>): ReadonlyMap<Key, string> {
  const places = new Map<Key, string>();
  let [stage, block, width] = [-1, 0, 0];
  for (const [key, outputs] of widths) {
    if (outputs === width) block++;
    else [stage, block, width] = [stage + 1, 0, outputs];
    places.set(key, `blocks.${stage}.${block}`);
  }
  return places;
}

/** The widths of blocks that are numbered through, by their number, as far as there are any. */
export function* numberedWidths(widthOf: (number: number) => number | undefined): Generator<readonly [number, number]> {
  for (let number = 0; ; number++) {
    const width = widthOf(number);
    if (width === undefined) return;
    yield [number, width];
  }
}
