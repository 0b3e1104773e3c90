/** Something that a network computes and its tensors do not show. */
export interface NetworkSetting {
  /** Such as `activation`. */
  readonly setting: string;
  readonly value: string;
  /** The values that it can have here. */
  readonly choices: readonly string[];
}
