import { parseJsonObject, type PreprocessConfig } from "@samoyed/core";
import { overrideConfig, preprocessFromHub } from "@samoyed/preprocess/settings";
import type { Values } from "../command.ts";
import { namedModel } from "../named-model.ts";
import { namingFile } from "../naming-file.ts";
import { readWhole } from "../read.ts";
import { text } from "../values.ts";
import { type Channels, preprocessOverrides } from "./options.ts";

const TIMM = "timm:";

/**
 * The settings of the preprocessing that the options give: those of `--preprocess`, which are complete, with the others in
 * their place.
 *
 * @throws UsageError when an option cannot be read, or nothing has the name. FormatError, UnsupportedError for a file that is
 * no `preprocessor_config.json`, or of a processor that cannot be followed.
 */
export async function readPreprocess(values: Values, channels: Channels = "rgb"): Promise<Partial<PreprocessConfig>> {
  const overrides = preprocessOverrides(values, channels);
  const name = text(values, "preprocess");
  return name === undefined ? overrides : overrideConfig(await configNamed(name), overrides);
}

async function configNamed(name: string): Promise<PreprocessConfig> {
  if (name.startsWith(TIMM)) return (await namedModel(name.slice(TIMM.length))).preprocess;
  if (!/\.json$/iu.test(name)) return (await import("@samoyed/preprocess/presets")).preset(name);
  const bytes = await readWhole(name);
  return namingFile(name, async () => preprocessFromHub(parseJsonObject(bytes, name)));
}
