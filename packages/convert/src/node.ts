export { convertModelFile, type ConvertModelFileOptions, modelFormat } from "./convert-model-file.ts";
export { convertFile, type ConvertFileOptions } from "./convert-file.ts";
export { downloadCheckpoint, type DownloadCheckpointOptions } from "./download-checkpoint.ts";
export { downloadFile, type DownloadOptions, type DownloadProgress, type TransferOptions } from "./download-file.ts";
export { type Environment, environmentFetch } from "./environment-fetch.ts";
export { ASSETS, type AssetOptions, fetchAsset } from "./fetch-asset.ts";
export { hashFile } from "./hash-file.ts";
export { needsAcceptance } from "./license-acceptance.ts";
export { outputFolder } from "./output-folder.ts";
