// Pooled features have files of their own beside the classifier's, in every format.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesIn, LABELS, SHAPES, SHAPES_SETTINGS, temporaryFolder } from "./support/folders.ts";
import { runMain } from "./support/run-main.ts";

const folder = temporaryFolder();
const NAME = "resnext14_8x16d_c8-16-32-64";

/** Runs what must succeed. */
async function succeeds(...argv: readonly string[]): Promise<void> {
  expect(await runMain(argv)).toMatchObject({ code: 0, stderr: "" });
}

test("--features replaces no classifier, and keeps its name on the way to other formats", async () => {
  const all = ["--to", "onnx,tfjs,smyd", ...SHAPES_SETTINGS, "--out", folder];
  await succeeds("convert", SHAPES, "--labels", LABELS, ...all);
  const classifier = readFileSync(join(folder, `${NAME}.onnx`));
  await succeeds("convert", SHAPES, "--features", ...all);
  expect(filesIn(folder).map((file) => file.replace(/-[0-9a-f]{12}\.bin$/, ".bin"))).toEqual(
    [NAME, `${NAME}.features`]
      .flatMap((name) => [
        `${name}.onnx`,
        `${name}.smyd`,
        `${name}.tfjs/group1-shard1of1.bin`,
        `${name}.tfjs/model.json`,
      ])
      .sort(),
  );
  expect(readFileSync(join(folder, `${NAME}.onnx`)).equals(classifier)).toBe(true);

  const again = join(folder, "again");
  await succeeds("convert", join(folder, `${NAME}.features.onnx`), "--to", "smyd", "--out", again);
  expect(filesIn(again)).toEqual([`${NAME}.features.smyd`]);
});
