import { encodeNpy, UsageError } from "@samoyed/core";
import { overrideConfig, preprocessImage, resolveDataConfig } from "@samoyed/preprocess";
import type { Command } from "../command.ts";
import { namedModel } from "../named-model.ts";
import { namingFile } from "../naming-file.ts";
import { orientationNote } from "../orientation-note.ts";
import { PREPROCESS_OPTIONS } from "../preprocess/options.ts";
import { readPreprocess } from "../preprocess/read-preprocess.ts";
import { readWhole } from "../read.ts";
import { one, text } from "../values.ts";
import { writeFiles } from "../write.ts";

export const preprocess: Command = {
  name: "preprocess",
  summary: "image to the exact input tensor, as a .npy file",
  usage: "IMAGE|- --out FILE.npy [--model NAME]",
  options: {
    model: { type: "string", value: "NAME", description: "take the preprocessing of this model" },
    out: { type: "string", value: "FILE.npy", description: "where to write float32 [3, H, W]" },
    ...PREPROCESS_OPTIONS,
  },
  examples: [
    "samoyed preprocess dog.jpg --model ssl_resnext101_32x16d --out dog.npy",
    "samoyed preprocess dog.jpg --preprocess clip --out dog.npy",
    "samoyed preprocess dog.jpg --size 96 --interpolation bicubic --out dog.npy",
  ],
  async run(args, values, { signal }) {
    const image = one(args, "IMAGE");
    const out = text(values, "out");
    if (out === undefined)
      throw new UsageError("preprocess needs --out FILE.npy", { hint: "See: samoyed preprocess --help" });
    const model = text(values, "model");
    const base = model === undefined ? resolveDataConfig({}) : (await namedModel(model)).preprocess;
    const config = overrideConfig(base, await readPreprocess(values));
    const bytes = await readWhole(image, { signal });
    const note = config.exifOrientation === undefined ? orientationNote(image, bytes) : undefined;
    const { tensor, geometry } = await namingFile(image, () => preprocessImage(bytes, config));
    await writeFiles([{ path: out, bytes: encodeNpy(tensor) }]);
    return {
      json: { out, dtype: tensor.dtype, shape: tensor.shape, geometry, config, ...(note && { note }) },
      text: `${out}: ${tensor.dtype} [${tensor.shape.join(", ")}]${note ? `\nnote: ${note}` : ""}`,
    };
  },
};
