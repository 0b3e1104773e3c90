export * from "./contract.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export * from "./shape.ts";
export * from "./sink.ts";
export * from "./source.ts";
export * from "./tensor.ts";
