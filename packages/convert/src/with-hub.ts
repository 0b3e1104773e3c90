import { MismatchError, UnsupportedError } from "@samoyed/core";
import { findModel } from "@samoyed/models";
import type { HubConfig } from "./hub-config.ts";
import { type RecordedModel, sameArchitecture, STATE_DICT_ALONE } from "./recorded-model.ts";

const WHERE = "config.json";

/**
 * Adds what the files beside a checkpoint say of its network to what the checkpoint says.
 *
 * @throws MismatchError when they name different networks.
 */
export async function withHub(recorded: RecordedModel, hub: HubConfig | undefined): Promise<RecordedModel> {
  if (hub === undefined || hub.fields.size === 0) return recorded;
  const { numClasses, labels, settings } = hub;
  const statements = {
    ...recorded,
    fields: new Map([...recorded.fields, ...hub.fields]),
    ...(numClasses !== undefined && { numClasses, numClassesFrom: `num_classes in ${WHERE}` }),
    ...(settings !== undefined &&
      settings.size > 0 && { settings: new Map([...settings, ...(recorded.settings ?? [])]) }),
    ...(labels !== undefined && { labels: { where: WHERE, names: labels } }),
  };
  const name = hub.architecture;
  if (name === undefined) return statements;
  try {
    const info = await findModel(name);
    if (recorded.named !== undefined && !sameArchitecture(info, recorded.named.info)) {
      throw new MismatchError(
        `${WHERE} names ${name}; the checkpoint's ${recorded.named.where} says ${recorded.named.info.architectureName}`,
        { hint: STATE_DICT_ALONE },
      );
    }
    return { ...statements, named: recorded.named ?? { where: WHERE, info } };
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const warning = `${WHERE} says architecture ${JSON.stringify(name)}, which names no known network.`;
    return { ...statements, warnings: [...recorded.warnings, warning] };
  }
}
