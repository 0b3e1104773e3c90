import type { CheckpointValue, InertRecord } from "@samoyed/checkpoint";
import { FormatError, lazyFromChunks, type LazyTensor, MismatchError } from "@samoyed/core";
import { architectures, findModel, modelParameters } from "@samoyed/models";
import { describe, expect, test } from "vitest";
import { type ChosenModel, chooseModel } from "./choose-model.ts";
import { recordedModel } from "./recorded-model.ts";

type Entries = Readonly<Record<string, CheckpointValue>>;

/** Options as Python's argparse leaves them in a pickle. */
function namespace(options: Entries): InertRecord {
  return { kind: "inert", global: "argparse.Namespace", args: [], state: new Map(Object.entries(options)) };
}

/** Tensors that say what they are, and that nothing may read. */
function tensorsOf(name: string, numClasses = 3): Map<string, LazyTensor> {
  const parameters = modelParameters(architectures().get(name)!, { numClasses });
  const lazy = ([path, { dtype, shape }]: readonly [
    string,
    { dtype: LazyTensor["dtype"]; shape: readonly number[] },
  ]) =>
    [
      path,
      lazyFromChunks({ name: path, dtype, shape }, () => {
        throw new Error("a tensor was read");
      }),
    ] as const;
  return new Map([...parameters].map(lazy));
}

async function choose(
  entries: Entries,
  { tensors = "resnet18", model }: { tensors?: string; model?: string } = {},
): Promise<ChosenModel> {
  return chooseModel(tensorsOf(tensors), {
    model,
    recorded: await recordedModel({ root: new Map(Object.entries(entries)) }),
  });
}

/** As timm's `train.py` leaves them where nothing was given. */
const UNSET = {
  img_size: null,
  input_size: null,
  crop_pct: null,
  mean: null,
  std: null,
  interpolation: "",
  train_interpolation: "random",
  num_classes: null,
};

describe("the network", () => {
  test("tensors alone take the one without anti-aliasing", async () => {
    expect((await choose({})).name).toBe("resnet18");
  });

  test.each<[string, Entries]>([
    ["arch", { arch: "resnetblur18" }],
    ["args.model", { args: namespace({ model: "resnetblur18" }) }],
    ["args as a dictionary", { args: new Map([["model", "resnetblur18"]]) }],
    ["both", { arch: "resnetblur18", args: namespace({ model: "resnetblur18" }) }],
    ["a class's name beside it", { arch: "resnet", args: namespace({ model: "resnetblur18" }) }],
  ])("%s names it", async (_, entries) => {
    const chosen = await choose(entries);
    expect(chosen).toMatchObject({ name: "resnetblur18", numClasses: 3, license: undefined });
    expect(chosen.architecture).toEqual(architectures().get("resnetblur18"));
    expect(chosen.warnings.join()).not.toContain("is assumed");
    expect(chosen.candidates.every(({ name }) => name.startsWith("resnetblur18."))).toBe(true);
  });

  test("a tag names other weights, and is not kept", async () => {
    const chosen = await choose({ args: namespace({ model: "resnet18.fb_ssl_yfcc100m_ft_in1k" }) });
    expect(chosen).toMatchObject({ name: "resnet18", license: undefined, preprocessFrom: "checkpoint" });
    expect(chosen.preprocess).toEqual((await findModel("resnet18.fb_ssl_yfcc100m_ft_in1k")).preprocess);
  });

  test("group norms are named by the file as well", async () => {
    expect((await choose({ arch: "resnet50_gn" }, { tensors: "resnet50_gn" })).architecture).toMatchObject({
      normLayer: "groupnorm",
    });
  });

  test("a name that is not known decides nothing, and is a warning", async () => {
    const chosen = await choose({ arch: "my_resnet" });
    expect(chosen.name).toBe("resnet18");
    expect(chosen.warnings[0]).toBe('The checkpoint\'s arch is "my_resnet", which names no known network.');
  });

  test("--model may say the same", async () => {
    expect((await choose({ arch: "resnetblur18" }, { model: "resnetblur18" })).name).toBe("resnetblur18.untrained");
  });
});

describe("contradictions", () => {
  const errorOf = async (run: Promise<unknown>): Promise<MismatchError> => {
    try {
      await run;
    } catch (error) {
      expect(error).toBeInstanceOf(MismatchError);
      expect((error as MismatchError).hint).toMatch(/save (?:the|its) state dict alone/);
      return error as MismatchError;
    }
    throw new Error("nothing was thrown");
  };

  test("between arch and args.model", async () => {
    const error = await errorOf(choose({ arch: "resnet18", args: namespace({ model: "resnetblur18" }) }));
    expect(error.message).toBe(
      "the checkpoint contradicts itself: its arch is resnet18, its args.model is resnetblur18",
    );
  });

  test("with the tensors", async () => {
    expect((await errorOf(choose({ arch: "resnet34" }))).message).toMatch(
      /^the checkpoint does not fit resnet34, which its arch names: \d+ tensors differ: layer1\.2\.conv1\.weight/,
    );
  });

  test("with the number of classes", async () => {
    const args = namespace({ model: "resnet18", num_classes: 10 });
    expect((await errorOf(choose({ args }))).message).toBe(
      "the checkpoint contradicts itself: its args.num_classes is 10, its classifier has 3 classes",
    );
  });

  test("with --model", async () => {
    const args = namespace({ model: "resnetblur18" });
    expect((await errorOf(choose({ args }, { model: "resnet18" }))).message).toMatch(
      /^the model is named resnet18\.\w+; the checkpoint's args\.model says resnetblur18$/,
    );
  });
});

describe("the preprocessing", () => {
  const GIVEN = { ...UNSET, img_size: 64, mean: [0.5], std: [0.25, 0.2, 0.3], interpolation: "bilinear", crop_pct: 1 };

  test("args replace the model's own settings, and are reported", async () => {
    const args = namespace({ model: "resnetblur18", ...GIVEN });
    expect(await choose({ args })).toMatchObject({
      preprocessFrom: "checkpoint",
      preprocess: {
        inputSize: [3, 64, 64],
        interpolation: "bilinear",
        cropPct: 1,
        cropMode: "center",
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.2, 0.3],
      },
    });
    expect(Object.fromEntries((await recordedModel({ root: new Map([["args", args]]) })).fields)).toEqual({
      "args.model": "resnetblur18",
      "args.img_size": "64",
      "args.interpolation": "bilinear",
      "args.crop_pct": "1",
      "args.mean": "0.5",
      "args.std": "0.25 0.2 0.3",
    });
  });

  test("where args leave it open, it is the model's", async () => {
    const { preprocess } = await choose({ args: namespace({ model: "resnet18.fb_swsl_ig1b_ft_in1k", ...UNSET }) });
    expect(preprocess).toEqual((await findModel("resnet18.fb_swsl_ig1b_ft_in1k")).preprocess);
  });

  test("input_size goes before img_size", async () => {
    const args = namespace({ model: "resnet18", input_size: [3, 96, 128], img_size: 64 });
    expect((await choose({ args })).preprocess.inputSize).toEqual([3, 96, 128]);
  });

  test("another script's args are left alone", async () => {
    expect((await choose({ arch: "resnet18", args: namespace({ img_size: "large" }) })).preprocessFrom).not.toBe(
      "checkpoint",
    );
  });

  test.each<[string, CheckpointValue]>([
    ["img_size", 0],
    ["img_size", "64"],
    ["input_size", [3, 64]],
    ["mean", [0.5, 0.5]],
    ["std", 0.5],
    ["interpolation", "random"],
    ["crop_pct", -1],
    ["crop_mode", "left"],
  ])("args.%s of %j is refused", async (option, value) => {
    const args = namespace({ model: "resnet18", [option]: value });
    await expect(choose({ args })).rejects.toThrow(FormatError);
    await expect(choose({ args })).rejects.toThrow(`the checkpoint's args.${option} is `);
  });
});
