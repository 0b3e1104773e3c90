export { preset, PRESET_NAMES } from "./presets/preset.ts";
