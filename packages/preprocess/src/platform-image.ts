import { typeName } from "./type-name.ts";

/** The instances of a class that the platform may have: `never` where its types are not there, as without the DOM's. */
type InstanceOf<Name extends string> =
  typeof globalThis extends Readonly<Record<Name, { readonly prototype: infer Instance }>> ? Instance : never;

/** An image that only the platform can read: a file, or pixels that it keeps to itself. */
export type PlatformImage =
  | InstanceOf<"Blob">
  | InstanceOf<"ImageBitmap">
  | InstanceOf<"VideoFrame">
  | InstanceOf<"HTMLImageElement">
  | InstanceOf<"HTMLCanvasElement">
  | InstanceOf<"OffscreenCanvas">
  | InstanceOf<"HTMLVideoElement">;

/** Types of files, whose bytes are read. */
export const READABLE: readonly string[] = ["Blob", "File"];

/** Whether an image is a file of the platform. */
export function isFile(source: unknown): source is InstanceOf<"Blob"> {
  return READABLE.includes(typeName(source));
}
