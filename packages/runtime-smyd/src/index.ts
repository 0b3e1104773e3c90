export type { Step } from "./program/steps.ts";
