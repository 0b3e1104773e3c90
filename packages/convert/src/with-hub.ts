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
  const fields = new Map([...recorded.fields, ...hub.fields]);
  const name = hub.architecture;
  if (name === undefined) return { ...recorded, fields };
  try {
    const info = await findModel(name);
    if (recorded.named !== undefined && !sameArchitecture(info, recorded.named.info)) {
      throw new MismatchError(
        `${WHERE} names ${name}; the checkpoint's ${recorded.named.where} says ${recorded.named.info.architectureName}`,
        { hint: STATE_DICT_ALONE },
      );
    }
    return { ...recorded, fields, named: recorded.named ?? { where: WHERE, info } };
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    const warning = `${WHERE} says architecture ${JSON.stringify(name)}, which names no known network.`;
    return { ...recorded, fields, warnings: [...recorded.warnings, warning] };
  }
}
