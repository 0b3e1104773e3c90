/** What a setting is taken from, where no tensor shows it. */
export type AssumptionOrigin =
  /** The caller's options. */
  | "given"
  /** Something that the file says besides its tensors. */
  | "file"
  /** The published network of the name, or the only one with these tensors. */
  | "published"
  /** Nothing: the likeliest value, which may be wrong. */
  | "assumed";

/** Another value of a setting. */
export interface Alternative {
  /** The option of `convert` that chooses it, as it is typed: `--model resnetblur18`, `--interpolation NAME`. */
  readonly option: string;
  /** The value that the option gives, where it is one: `blur`. */
  readonly value?: string;
}

/** A setting of a network, or of its images, that its tensors do not show. */
export interface Assumption {
  /** Such as `activation`, `anti-aliasing`, `pooling`, `output stride`, `epsilon`, `network`, `preprocessing`. */
  readonly setting: string;
  /** Such as `ReLU`, `none`, `32`. */
  readonly value: string;
  readonly origin: AssumptionOrigin;
  /** What says so, unless nothing does: `args.model`, `resnet18`. */
  readonly source?: string;
  /** What else it may be; empty where no option changes it. */
  readonly alternatives: readonly Alternative[];
}

/** Most alternatives in a phrase. */
const SHOWN = 10;

/** The options that change a setting, in a phrase: `--model resnetblur18 (blur), --size`. */
export function describeAlternatives(alternatives: readonly Alternative[]): string {
  const shown = alternatives
    .slice(0, SHOWN)
    .map(({ option, value }) => (value === undefined ? option : `${option} (${value})`));
  const rest = alternatives.length - shown.length;
  return `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
