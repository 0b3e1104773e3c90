export { type HubPreprocessor, preprocessFromHub } from "./presets/hub.ts";
export { checkConfig } from "./transform/check-config.ts";
export { overrideConfig } from "./transform/override.ts";
