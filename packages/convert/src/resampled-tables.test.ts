import { type LazyTensor, lazyTensor, MismatchError, zeros } from "@samoyed/core";
import { loadArchitecture, modelParameters } from "@samoyed/models";
import { describe, expect, test } from "vitest";
import { chooseModel } from "./choose-model.ts";

const NAME = "vit_tiny_patch16_224";
const WIDTH = 192;

/** A network's state dict with a table of positions for images of another size. */
async function stateDict(side: number): Promise<Map<string, LazyTensor>> {
  const parameters = modelParameters(await loadArchitecture(NAME), { numClasses: 17 });
  const tensors = new Map(
    [...parameters].map(([name, { dtype, shape }]) => [name, lazyTensor(name, zeros(dtype, shape))]),
  );
  return tensors.set("pos_embed", lazyTensor("pos_embed", zeros("float32", [1, 1 + (side / 16) ** 2, WIDTH])));
}

describe.each([undefined, NAME])("a table of positions for 256×256, the model named %s", (model) => {
  test("is resampled for the size that the caller gives", async () => {
    const chosen = await chooseModel(await stateDict(256), { model, size: [224, 224] });
    expect(chosen.tensors.get("pos_embed")!.shape).toEqual([1, 197, WIDTH]);
    expect(chosen.assumptions.find(({ setting }) => setting === "positions")).toEqual({
      setting: "positions",
      value: "resampled from 256×256 for 224×224",
      origin: "given",
      source: "--size",
      alternatives: [],
    });
  });

  test("is refused by name where none is given", async () => {
    const choosing = chooseModel(await stateDict(256), { model });
    await expect(choosing).rejects.toThrow(MismatchError);
    await expect(choosing).rejects.toThrow(
      "pos_embed has positions for images of 256×256; the network of these tensors takes 224×224",
    );
  });
});

test("a network of the table's own size is found without resampling", async () => {
  const chosen = await chooseModel(await stateDict(384), {});
  expect(chosen.name).toBe("vit_tiny_patch16_384");
  expect(chosen.assumptions.some(({ setting }) => setting === "positions")).toBe(false);
});

test("tensors that also differ otherwise keep their own error", async () => {
  const tensors = await stateDict(256);
  tensors.delete("norm.weight");
  await expect(chooseModel(tensors, {})).rejects.toThrow("norm.weight [192] is missing");
});
