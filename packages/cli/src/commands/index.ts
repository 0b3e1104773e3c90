import type { Command } from "../command.ts";
import { check } from "./check.ts";
import { classify } from "./classify.ts";
import { convert } from "./convert.ts";
import { doctor } from "./doctor.ts";
import { inspect } from "./inspect.ts";
import { models } from "./models.ts";
import { preprocess } from "./preprocess.ts";
import { run } from "./run.ts";

/** Every subcommand, in the order of the help. */
export const COMMANDS: readonly Command[] = [models, inspect, convert, preprocess, classify, run, check, doctor];
