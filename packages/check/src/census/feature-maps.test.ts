import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_PREPROCESS } from "@samoyed/convert";
import { convertFile } from "@samoyed/convert/node";
import { elementCount, type Tensor } from "@samoyed/core";
import { censusInput, openCensusCase } from "@samoyed/golden";
import { smyd } from "@samoyed/runtime-smyd";
import { expect, test } from "vitest";
import { writeCensusCheckpoint } from "./census-model.ts";

/*
 * timm's `features_only` of networks of the census, recorded by tools/oracle/fixtures_feature_maps.py, and the taps of the
 * same networks converted from their checkpoints alone.
 */

interface Recorded {
  readonly name: string;
  readonly maps: readonly {
    readonly module: string;
    readonly shape: readonly number[];
    readonly noise: number;
    readonly values: readonly number[];
  }[];
}

const GOLDEN = fileURLToPath(new URL("../../../../golden", import.meta.url));
const NETWORKS = JSON.parse(await readFile(join(GOLDEN, "census-taps.json"), "utf8")) as readonly Recorded[];
/** Passing error in units of float32's noise in PyTorch, as for logits. */
const GATE = 8;

/** The taps of a network at the recorded places, by module. */
async function tapsOf(name: string, folder: string): Promise<ReadonlyMap<string, Tensor>> {
  const directory = join(GOLDEN, "census", name);
  const opened = await openCensusCase({ label: directory, read: (path) => readFile(join(directory, path)) });
  const checkpoint = join(folder, `${name}.safetensors`);
  await writeCensusCheckpoint(opened, checkpoint);
  const [, channels, height, width] = opened.case.input;
  const { files } = await convertFile(checkpoint, {
    formats: ["smyd"],
    outDir: folder,
    model: name,
    taps: true,
    preprocess: { ...DEFAULT_PREPROCESS, inputSize: [channels, height, width] },
  });
  const session = await smyd().load(join(folder, files[0]!.file));
  try {
    const image = await censusInput(opened);
    const outputs = await session.run({ [session.inputs[0]!.name]: { ...image, shape: opened.case.input } });
    return new Map([...outputs].map(([output, value]) => [output.replace(/^tap\./u, ""), value]));
  } finally {
    await session.dispose();
  }
}

test.each(NETWORKS)("$name", async ({ name, maps }) => {
  const folder = await mkdtemp(join(tmpdir(), "samoyed-taps-"));
  try {
    const taps = await tapsOf(name, folder);
    expect([...taps.keys()].filter((output) => output !== "logits")).toEqual(maps.map(({ module }) => module));
    for (const { module, shape, noise, values } of maps) {
      const tap = taps.get(module)!;
      expect(tap.shape, module).toEqual(shape);
      const count = elementCount(shape);
      const data = tap.data as Float32Array;
      const errors = values.map((value, index) => Math.abs(data[Math.floor((index * count) / values.length)]! - value));
      expect(Math.max(...errors) / noise, module).toBeLessThanOrEqual(GATE);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
