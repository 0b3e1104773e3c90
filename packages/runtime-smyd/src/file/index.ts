export { LANES, panelLayout, type ConvWeights, type PanelLayout } from "./layout.ts";
