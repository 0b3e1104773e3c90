export { ARCHITECTURE_ENDING, Catalogue, type CatalogueIndex, INDEX_FILE, openCatalogue } from "./catalogue.ts";
export type { ReadData } from "./document.ts";
export { encodeArchitecture, type ExportedNetwork } from "./encode-architecture.ts";
export { buildIndex, type IndexedArchitecture } from "./build-index.ts";
export { writeArchitectureFile } from "./architecture-file.ts";
