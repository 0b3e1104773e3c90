import { type PadRule, type PreprocessConfig, type ResizeRule, UsageError } from "@samoyed/core";
import type { Option, Values } from "../command.ts";
import { text } from "../values.ts";
import { numbers, numbersIn } from "./number-lists.ts";

const POSITIONS = ["center", "top-left", "top-right", "bottom-left", "bottom-right"] as const;

/** By mode: how many sides it takes. */
const SIDES: Readonly<Record<ResizeRule["mode"], readonly number[]>> = {
  shortest: [1, 2],
  longest: [1],
  fit: [0, 1, 2],
  exact: [0, 1, 2],
  none: [0],
};

/** Before a value of the tensor, in `--pad`. */
const NORMALIZED = "normalized:";

/** The options that say which size an image is scaled to, and what fills the rest. */
export const RESIZE_OPTIONS: Readonly<Record<string, Option>> = {
  resize: {
    type: "string",
    value: "RULE",
    description:
      "in place of --crop-pct and --crop-mode: shortest:N, shortest:N,MAX, longest:N, fit or fit:H,W (letterbox), exact or exact:H,W, none; then the crop to --size",
  },
  pad: {
    type: "string",
    value: "COLOR",
    description: `around a smaller image: one number or R,G,B of 0 to 255, or ${NORMALIZED}X for X in the tensor`,
  },
  "pad-position": {
    type: "string",
    value: "PLACE",
    description: `where a smaller image is: ${POSITIONS.join(", ")}`,
  },
};

/**
 * The rule of resizing and the padding that the options say; only what was given.
 *
 * @throws UsageError when one cannot be read, or the crop is said twice.
 */
export function resizeOverrides(values: Values): Pick<PreprocessConfig, "resize" | "pad"> {
  const given = text(values, "resize");
  const twice = given !== undefined && ["crop-pct", "crop-mode"].find((name) => text(values, name) !== undefined);
  if (twice) {
    throw new UsageError(`--resize and --${twice} say the same in two ways; expected one of them`, {
      hint: `Leave --${twice} out: the crop to --size follows the resize.`,
    });
  }
  const pad = padOf(values);
  return { ...(given !== undefined && { resize: ruleOf(given) }), ...(pad && { pad }) };
}

function ruleOf(given: string): ResizeRule {
  const [name, sizes, ...rest] = given.split(":");
  const mode = Object.keys(SIDES).find((each): each is ResizeRule["mode"] => each === name);
  if (mode === undefined || rest.length > 0 || (sizes === undefined && !SIDES[mode].includes(0))) {
    throw new UsageError(
      `--resize got ${JSON.stringify(given)}; expected shortest:N, longest:N, fit, fit:H,W, exact, exact:H,W or none`,
    );
  }
  if (sizes === undefined) return { mode };
  const size = numbersIn(sizes, "resize", { counts: SIDES[mode], least: 1, whole: true });
  if (mode === "shortest" && size.length === 2) {
    const [side, maxSize] = size as [number, number];
    if (maxSize > side) return { mode, size: [side], maxSize };
    throw new UsageError(`--resize got ${JSON.stringify(given)}; expected a maximum above ${side}`);
  }
  return { mode, size: mode === "longest" || mode === "shortest" ? size : [size[0]!, size[1] ?? size[0]!] };
}

function padOf(values: Values): PadRule | undefined {
  const given = text(values, "pad");
  const named = text(values, "pad-position");
  if (given === undefined && named === undefined) return undefined;
  const position = POSITIONS.find((each) => each === named);
  if (named !== undefined && position === undefined) {
    throw new UsageError(`--pad-position got ${JSON.stringify(named)}; expected one of ${POSITIONS.join(", ")}`);
  }
  return { ...fillingOf(values, given), ...(position && { position }) };
}

function fillingOf(values: Values, given: string | undefined): Pick<PadRule, "color" | "value"> {
  if (given?.startsWith(NORMALIZED)) {
    const [value] = numbersIn(given.slice(NORMALIZED.length), "pad", { counts: [1], least: -Infinity });
    return { value: value! };
  }
  const color = numbers(values, "pad", { counts: [1, 3], most: 255 });
  return color === undefined ? {} : { color: color.length === 1 ? [color[0]!, color[0]!, color[0]!] : color };
}
