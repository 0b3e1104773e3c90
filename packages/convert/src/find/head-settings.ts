import { UsageError } from "@samoyed/core";
import type { Assumption } from "@samoyed/models";
import { type Head, hasActivation } from "./head.ts";

/** Activations between the layers of a head. */
const ACTIVATIONS = ["relu", "silu", "tanh", "none"] as const;

/** An activation between the layers of a head. */
export type HeadActivation = (typeof ACTIVATIONS)[number];

const SETTING = "head-activation";

/** A head's activation, what is assumed of it, and the settings that are not the head's. */
interface HeadSettings {
  readonly activation: HeadActivation;
  readonly assumptions: readonly Assumption[];
  readonly rest: ReadonlyMap<string, string>;
}

/** Whether something without tensors is between the layers of a head. */
function hasPlace({ hidden, last }: Head): boolean {
  return hidden.some(({ path }, index) => hasActivation(path, (hidden[index + 1] ?? last).path));
}

/**
 * The activation of a head with several layers, of settings by name: what they say, else ReLU.
 *
 * @throws UsageError for an activation that is not built, and for one of a head that has none.
 */
export function headSettings(head: Head | undefined, given: ReadonlyMap<string, string> = new Map()): HeadSettings {
  const rest = new Map([...given].filter(([setting]) => setting !== SETTING));
  const value = given.get(SETTING);
  if (head === undefined || !hasPlace(head)) {
    if (value === undefined) return { activation: "none", assumptions: [], rest };
    throw new UsageError(`${SETTING} was given; the network's head has no place for an activation`);
  }
  const activation = ACTIVATIONS.find((known) => known === (value ?? "relu"));
  if (activation === undefined) {
    throw new UsageError(`${SETTING} got ${JSON.stringify(value)}; expected one of ${ACTIVATIONS.join(", ")}`);
  }
  const assumption: Assumption =
    value === undefined
      ? {
          setting: SETTING,
          value: activation,
          origin: "assumed",
          alternatives: [{ option: `--assume ${SETTING}=${ACTIVATIONS.join("|")}` }],
        }
      : { setting: SETTING, value: activation, origin: "given", source: "--assume", alternatives: [] };
  return { activation, assumptions: [assumption], rest };
}
